/** The page's entry: draws the frame and listens to server, address and keyboard. */
import { render } from 'preact';
import { firstFiles } from './compare/compare-view.tsx';
import { askEarly } from './frame/ask.ts';
import { listenToKeys } from './frame/keys.ts';
import { Shell } from './frame/shell.tsx';
import { route, startListening } from './frame/state.ts';
import { openTheme } from './frame/theme.ts';
import { firstRows } from './samples/samples-view.tsx';
import { firstQuestion } from './trajectory/trajectory-view.tsx';

// The server reads and sorts while the page is being drawn.
const place = route.value;
if (place.view === 'trajectory') askEarly(...firstQuestion(place));
if (place.view === 'compare') for (const question of firstFiles(place)) askEarly(...question);
const rows = place.view === 'samples' ? firstRows(place) : null;
if (rows !== null) askEarly('samples', rows);
openTheme();
startListening();
listenToKeys();
const root = document.querySelector('#page');
root?.replaceChildren();
if (root !== null) render(<Shell />, root);
