const shared = {
  transform: { '\\.ts$': '<rootDir>/test/strip-types.js' },
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/data/'],
};

export default {
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/elasticsearch/'],
    },
    { ...shared, displayName: 'elasticsearch', testMatch: ['<rootDir>/test/elasticsearch/**/*.test.ts'] },
  ],
};
