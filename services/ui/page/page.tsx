/** The page's entry: draws the frame and listens to server, address and keyboard. */
import { render } from 'preact';
import { listenToKeys } from './frame/keys.ts';
import { Shell } from './frame/shell.tsx';
import { startListening } from './frame/state.ts';
import { applyTheme } from './frame/theme.ts';

applyTheme();
startListening();
listenToKeys();
const root = document.querySelector('#page');
root?.replaceChildren();
if (root !== null) render(<Shell />, root);
