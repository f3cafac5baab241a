/** The thoughts about one file and its code, in two data sets beside each other. */
import { useEffect, useState } from 'preact/hooks';
import { printable } from '../../../dataset/printable.ts';
import type { FileStep, FileText, FileView } from '../../api.ts';
import { plural } from '../frame/numbers.ts';
import { Link, Plain, Trouble, Waiting } from '../frame/parts.tsx';
import { type Parameters, withParameters } from '../frame/route.ts';
import { go, outputs, route } from '../frame/state.ts';
import { type Answered, useSettled } from '../frame/use-answer.ts';
import { linesOf } from '../trajectory/lines/text-lines.ts';

export interface SidesProps {
  readonly name: string;
  /** Empty for the first file of the first side. */
  readonly path: string;
  readonly outs: readonly [number, number];
}

export function SideBySide({ name, path, outs: [out, other] }: SidesProps) {
  // Each side may begin with another file: then the first one's counts.
  const [first, setFirst] = useState('');
  const one = useFile(out, name, path);
  const two = useFile(other, name, path === '' ? first : path);
  const [own, others] = [one.value?.file?.path, two.value?.file?.path];
  useEffect(() => {
    if (path === '' && own !== undefined && two.value !== null && own !== others) setFirst(own);
  }, [path, own, others, two.value === null]);
  return (
    <div class="sides">
      <Side name={name} path={path} out={out} answered={one} choose />
      <Side name={name} path={path || first} out={other} answered={two} choose={false} />
    </div>
  );
}

function useFile(out: number, name: string, path: string): Answered<FileView> {
  return useSettled<FileView>(...fileQuestion(out, name, path), ({ file }) => file !== null);
}

export function fileQuestion(
  out: number,
  name: string,
  path: string,
): readonly [name: string, parameters: Parameters] {
  return ['file', { out: String(out), name, ...(path === '' ? {} : { path }) }];
}

interface SideProps {
  readonly name: string;
  readonly path: string;
  readonly out: number;
  readonly answered: Answered<FileView>;
  /** Whether the files are chosen on this side. */
  readonly choose: boolean;
}

function Side({ name, path, out, answered: { value, problem, asking }, choose }: SideProps) {
  const label = outputs.value[out]?.label ?? '';
  const { id = null, paths = [], file = null } = value ?? {};
  // The last answer stays while the next one is on its way, and may be about another file.
  const isShown = value !== null && (file === null ? !asking : path === '' || file.path === path);
  return (
    <section class={choose ? 'side one' : 'side two'} aria-label={label}>
      <h3>
        <Plain text={label} />
      </h3>
      {problem !== null && <Trouble problem={problem} />}
      {choose && paths.length > 0 && (
        <select
          aria-label="File"
          value={path || file?.path}
          onChange={({ currentTarget }) =>
            go(withParameters(route.value, { path: currentTarget.value }))
          }
        >
          {paths.map((each) => (
            <option key={each} value={each}>
              {printable(each)}
            </option>
          ))}
        </select>
      )}
      {!isShown && problem === null && <Waiting />}
      {isShown && id === null && (
        <p class="note">
          It has no repository <Plain text={name} />.
        </p>
      )}
      {isShown && id !== null && file === null && <p class="note">It does not write this file.</p>}
      {isShown && id !== null && file !== null && <File {...{ out, id, file }} />}
    </section>
  );
}

interface FileProps {
  readonly out: number;
  readonly id: string;
  readonly file: FileText;
}

function File({ out, id, file: { path, thinkTokens, writeTokens, steps, stepsLeft } }: FileProps) {
  return (
    <>
      <p class="note">
        {plural(thinkTokens, 'token')} of thought, {plural(writeTokens, 'token')} of code{' '}
        <Link to={{ view: 'trajectory', out, id, parameters: { file: path } }}>open</Link>
      </p>
      {steps.map((step) => (
        <Step key={step.text.segment} {...step} />
      ))}
      {stepsLeft > 0 && (
        <p class="note">{plural(stepsLeft, 'further step')}: open the trajectory.</p>
      )}
    </>
  );
}

/** More lines than anyone compares by eye; the trajectory has them all. */
const linesMax = 2_000;

function Step({ kind, text }: FileStep) {
  const lines = linesOf(text);
  const left = [
    ...(lines.length > linesMax ? [plural(lines.length - linesMax, 'further line')] : []),
    ...(text.cut.length > 0 ? [`the rest of ${plural(text.cut.length, 'long line')}`] : []),
  ];
  return (
    <>
      <pre class={`${kind} trained`}>
        <Plain text={lines.slice(0, linesMax).join('\n')} />
      </pre>
      {left.length > 0 && <p class="note">Not shown: {left.join(', ')}. Open the trajectory.</p>}
    </>
  );
}
