/** Synthetic repositories of the scripted GitHub server: equal numbers give equal repositories. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../../../simulation/random.ts';

export interface FakeRepository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  /** Second of its creation. */
  readonly created: number;
  readonly stars: number;
  readonly language: string;
  readonly licence: string | null;
  readonly fork: boolean;
  /** Changes when somebody pushes. */
  commit: string;
  readonly committed: number;
  readonly files: Readonly<Record<string, string>>;
  /** Earlier names, which answer 301. */
  readonly oldNames?: readonly string[];
  /** It is listed by searches, but gone or blocked when it is asked for. */
  readonly gone?: 403 | 404 | 451;
  /** It has no commit. */
  readonly empty?: boolean;
}

export function fakeCommit(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

const start = Date.UTC(2008, 0, 1) / 1000;
const end = Date.UTC(2025, 11, 31) / 1000;

/** Most were created late, and some thousands of seconds apart in one burst, as on GitHub. */
export function fakeRepositories(count: number, seed = 1): FakeRepository[] {
  const random = seededRandom(seed);
  const burst = start + Math.floor((end - start) * 0.7);
  return Array.from({ length: count }, (_, index) => {
    const late = start + Math.floor((end - start) * Math.sqrt(random.next()));
    const inBurst = random.next() < 0.3;
    const name = `project-${index}`;
    return {
      id: 1000 + index * 7,
      owner: `owner-${index % 97}`,
      name,
      created: inBurst ? burst + random.below(3000) : late,
      stars: Math.floor(1 / (random.next() + 0.0005)),
      language: index % 3 === 0 ? 'python' : 'go',
      licence: index % 5 === 0 ? null : 'MIT',
      fork: index % 11 === 0,
      commit: fakeCommit(name),
      committed: end - index,
      files: { 'README.md': `# ${name}\n`, 'main.py': `print(${index})\n` },
    };
  });
}

/** As GitHub makes it with git archive: a global header with the commit, one folder around all. */
export function fakeTarball({ owner, name, commit, committed, files }: FakeRepository): Buffer {
  const comment = `comment=${commit}\n`;
  const line = `${comment.length + 3} ${comment}`;
  const top = `${owner}-${name}-${commit.slice(0, 7)}`;
  const parts = [entry('pax_global_header', line, 'g', committed)];
  parts.push(entry(`${top}/`, '', '5', committed));
  for (const [path, text] of Object.entries(files)) {
    parts.push(entry(`${top}/${path}`, text, '0', committed));
  }
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]), { level: 1 });
}

function entry(name: string, text: string, type: string, second: number): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write(`${second.toString(8).padStart(11, '0')}\0`, 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\u000000', 257);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
