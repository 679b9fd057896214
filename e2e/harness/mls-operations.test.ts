import { mlsOperations } from './mls-operations.ts';
import { quickly } from './quickly.ts';

quickly('whatever members, thieves and outsiders do, a ciphertext opens once, for those it is for', mlsOperations);
