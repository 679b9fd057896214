import { diskFull } from './disk-full.ts';
import { quickly } from './quickly.ts';

quickly('a disk that is full and has space again, of the server or a client, loses nothing and shows nothing twice', diskFull);
