import { createRequire } from 'node:module';

export const answer = createRequire('/')('node:path').join('4', '2');
