const shared = {
  transform: { '\\.ts$': '<rootDir>/test/strip-types.js' },
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/data/'],
};

export default {
  // Only what hangs is ended by time: no test depends on how fast the machine is.
  testTimeout: 600_000,
  maxWorkers: 2,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [
        '<rootDir>/test/elasticsearch/',
        '<rootDir>/test/executable/',
        // Those of the executable, in its project.
        '<rootDir>/test/agent/(life|changes|failures|diagnostics)\\.test\\.ts$',
      ],
    },
    {
      ...shared,
      displayName: 'executable',
      // Those of an agent start whatever executable they are told to.
      testMatch: [
        '<rootDir>/test/executable/**/*.test.ts',
        '<rootDir>/test/agent/{life,changes,failures,diagnostics,stopping}.test.ts',
      ],
    },
    { ...shared, displayName: 'elasticsearch', testMatch: ['<rootDir>/test/elasticsearch/**/*.test.ts'] },
  ],
};
