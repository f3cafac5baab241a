/** What the keyboard does. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { helpOpen } from './state.ts';

const keys: readonly (readonly [keys: string, what: string])[] = [
  ['j k', 'next and previous row, or step of a trajectory'],
  ['n p', 'next and previous file of a trajectory'],
  ['Enter', 'open the row'],
  ['/', 'into the filter'],
  ['o', 'show or shorten what was read'],
  ['b', 'show where tokens end'],
  ['h', 'show where the code surprises: bits of each line'],
  ['m', 'mark the step'],
  ['1 … 6', 'data set, samples, left out, compare, live, marks'],
  ['c', 'copy the command for what is on the screen'],
  ['t', 'light, dark, or as the system has it'],
  ['?', 'this help'],
  ['Esc', 'close, or leave the filter'],
];

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    helpOpen.value = false;
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="help-title">
      <h2 id="help-title">Keyboard</h2>
      <table class="keys">
        <tbody>
          {keys.map(([names, what]) => (
            <tr key={names}>
              <th scope="row">
                {names.split(' ').map((name) => (
                  <kbd key={name}>{name}</kbd>
                ))}
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
