/** Whom the stages ask, how busy those are, what was spent, and which processes answer. */
import type { EndpointLook, LiveView, SpendingLook } from '../../live/view.ts';
import { count, dollars, plural, share } from '../frame/numbers.ts';
import { Card, Fact, Plain } from '../frame/parts.tsx';

export function ModelCards({ live }: { readonly live: LiveView }) {
  const { endpoints, spending, silent, answering, from } = live;
  if (endpoints.length === 0 && spending === null && silent.length === 0 && from !== 'cluster') {
    return null;
  }
  return (
    <div class="cards">
      {endpoints.length > 0 && <EndpointsCard endpoints={endpoints} />}
      {spending !== null && <SpendingCard spending={spending} />}
      {from === 'cluster' && <ProcessesCard silent={silent} answering={answering} />}
    </div>
  );
}

function EndpointsCard({ endpoints }: { readonly endpoints: readonly EndpointLook[] }) {
  return (
    <Card title="Servers of models" aside="calls at once">
      <table class="bars" aria-label="Busy share of each server">
        <tbody>
          {endpoints.map(({ name, underWay, atOnceMax, resting }) => (
            <tr key={name}>
              <th scope="row">
                <Plain text={name} />
                {resting && <span class="chip bad">rests</span>}
              </th>
              <td class="bar">
                <span
                  style={{ width: `${Math.min(1, underWay / Math.max(1, atOnceMax)) * 100}%` }}
                />
              </td>
              <td class="number">
                {count(underWay)} of {count(atOnceMax)} · {share(underWay, atOnceMax)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function SpendingCard({ spending }: { readonly spending: SpendingLook }) {
  const { calls, callsMax, microDollars, microDollarsMax } = spending;
  const of = (limit: string | null) => (limit === null ? '' : ` of ${limit}`);
  return (
    <Card title="Budget">
      <dl class="facts">
        <Fact name="calls" text={count(calls) + of(callsMax === null ? null : count(callsMax))} />
        <Fact
          name="money"
          text={
            dollars(microDollars) + of(microDollarsMax === null ? null : dollars(microDollarsMax))
          }
        />
      </dl>
    </Card>
  );
}

type Processes = Pick<LiveView, 'silent' | 'answering'>;

function ProcessesCard({ silent, answering }: Processes) {
  const none = answering === 0 && silent.length === 0;
  return (
    <Card title="Processes">
      <p class="note">
        {none
          ? 'None was named: add --metrics HOST:PORT for records in work, errors and busy servers.'
          : `${plural(answering, 'process answers', 'processes answer')}.`}
      </p>
      {silent.map(({ place, why }) => (
        <p key={place} class="lack">
          <Plain text={`${place} does not answer: ${why}`} />
        </p>
      ))}
    </Card>
  );
}
