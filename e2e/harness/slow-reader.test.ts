import { quickly } from './quickly.ts';
import { slowReader } from './slow-reader.ts';

quickly('who stops reading holds up nobody else, fills no memory, and gets everything in order once it reads again', slowReader);
