import { floods } from './floods.ts';
import { quickly } from './quickly.ts';

quickly('whatever floods a server, who is honest talks and gets in, and attackers are ended in the way that is due', floods);
