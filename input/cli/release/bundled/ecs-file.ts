// The file of the bundle that holds the Elastic Common Schema.

export const ecsFile = 'compiled/ecs.json';
