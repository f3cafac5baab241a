/**
 * Small parts that all views use. Text from an output is always a text node, and passes through
 * `Plain`, which makes control and direction marks visible.
 */
import type { ComponentChildren } from 'preact';
import { printable } from '../../../dataset/printable.ts';
import type { Problem } from '../../api.ts';
import { formatRoute, type Route } from './route.ts';
import { go } from './state.ts';

/** Text from a repository or a model. */
export function Plain({ text }: { readonly text: string }) {
  return <bdi>{printable(text)}</bdi>;
}

export interface LinkProps {
  readonly to: Route;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly current?: boolean;
}

/** A link within the page: it can be opened elsewhere, as any link. */
export function Link({ to, children, class: name = '', current = false }: LinkProps) {
  const open = (event: MouseEvent) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  };
  const mark = current ? { 'aria-current': 'page' as const } : {};
  return (
    <a href={formatRoute(to)} onClick={open} class={name} {...mark}>
      {children}
    </a>
  );
}

export interface TroubleProps {
  readonly problem: Problem;
  /** Of the view that it stands for; none beside one. */
  readonly heading?: string;
}

export function Trouble({ problem, heading = '' }: TroubleProps) {
  return (
    <>
      {heading !== '' && <h1 class="unseen">{heading}</h1>}
      <p class="trouble" role="alert">
        <strong>{problem.code}</strong> <Plain text={problem.message} />
      </p>
    </>
  );
}

export function Waiting({ what = 'Loading' }: { readonly what?: string }) {
  return (
    <p class="note" role="status">
      {what} …
    </p>
  );
}

export interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
}

export function Figure({ label, value, note = '' }: FigureProps) {
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd>{value}</dd>
      {note !== '' && <dd class="note">{note}</dd>}
    </div>
  );
}

export interface CardProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly aside?: string;
}

export function Card({ title, children, aside = '' }: CardProps) {
  return (
    <section class="card">
      <h2>
        {title} {aside !== '' && <span class="note">{aside}</span>}
      </h2>
      {children}
    </section>
  );
}

export interface BarRow {
  readonly name: string;
  readonly size: number;
  readonly text: string;
  /** Where the name leads. */
  readonly to?: Route;
}

export interface BarsProps {
  readonly rows: readonly BarRow[];
  readonly label: string;
}

/** Bars whose lengths compare the rows; the numbers stand beside them. */
export function Bars({ rows, label }: BarsProps) {
  const most = Math.max(1, ...rows.map(({ size }) => size));
  return (
    <table class="bars" aria-label={label}>
      <tbody>
        {rows.map(({ name, size, text, to }) => (
          <tr key={name}>
            <th scope="row">
              {to === undefined ? (
                <Plain text={name} />
              ) : (
                <Link to={to}>
                  <Plain text={name} />
                </Link>
              )}
            </th>
            <td class="bar">
              <span style={{ width: `${Math.max(0.5, (size / most) * 100)}%` }} />
            </td>
            <td class="number">{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface FactProps {
  readonly name: string;
  readonly text: string;
}

/** A row of a list of facts. */
export function Fact({ name, text }: FactProps) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Plain text={text} />
      </dd>
    </>
  );
}
