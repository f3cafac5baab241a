/** Draws the house for services/README.md: one box per floor, the top floor first. */
import { existsSync } from 'node:fs';
import { type Floor, floors } from '../../test/tidy/rules/floors.ts';

const roomColumns = 47;
const columns = 110;

export function drawHouse(root: URL): string {
  const isBuilt = (room: string) => existsSync(new URL(room, root));
  const line = (left: string, right: string) => `${left}${'─'.repeat(columns - 2)}${right}`;
  const drawn = [...floors].reverse().map((floor) => drawFloor(floor, isBuilt));
  return [line('┌', '┐'), drawn.join(`\n${line('├', '┤')}\n`), line('└', '┘')].join('\n');
}

/** A floor's rooms in as many rows as needed; the first row also says what they are for. */
function drawFloor({ rooms, holds }: Floor, isBuilt: (room: string) => boolean): string {
  const rows: string[] = [];
  for (const [folder, names] of roomsByFolder(rooms.filter(isBuilt))) {
    const label = folder === '' ? '' : `${folder}/ `;
    let row = label.trimEnd();
    for (const name of names) {
      if (row.length + 1 + name.length > roomColumns) {
        rows.push(row);
        row = ' '.repeat(label.length - 1);
      }
      row = row === '' ? name : `${row} ${name}`;
    }
    rows.push(row);
  }
  const boxed = rows.map((row, index) => {
    const text = `${row.padEnd(roomColumns)}  ${index === 0 ? holds : ''}`;
    return `│ ${text.padEnd(columns - 4)} │`;
  });
  return boxed.join('\n');
}

function roomsByFolder(rooms: readonly string[]): Map<string, string[]> {
  const byFolder = new Map<string, string[]>();
  for (const room of rooms) {
    const inside = room.replace(/^services\//, '');
    const end = inside.lastIndexOf('/');
    const folder = end < 0 ? '' : inside.slice(0, end);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), inside.slice(end + 1)]);
  }
  return byFolder;
}
