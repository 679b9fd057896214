import { quickly } from './quickly.ts';
import { tornLog } from './torn-log.ts';

quickly('a log that is cut or wrong from anywhere loses nothing acknowledged before, and shows nothing torn', tornLog);
