export { defaultImageDirectory, Labs, type LabsOptions } from './labs.ts';
