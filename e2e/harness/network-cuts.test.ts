import { networkCuts } from './network-cuts.ts';
import { quickly } from './quickly.ts';

quickly(
  'a network that cuts connections and swallows what they carry loses nothing acknowledged, and nothing is shown twice',
  networkCuts,
);
