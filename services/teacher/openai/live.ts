/** Opens the endpoints, their prices and their budget, and puts the teacher over them. */
import type { Teacher } from '../../ports/teacher.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type Book, openMemoryBook, wholeRun } from '../../runtime/coordination/book.ts';
import { type CappedBudget, openCaps } from '../../runtime/coordination/caps.ts';
import { openLocalBudget } from '../../runtime/coordination/local.ts';
import type { TeacherEnvironment } from '../adapter.ts';
import { openMeter } from '../meter.ts';
import type { TeacherSettings } from '../settings.ts';
import { openChat } from './chat.ts';
import { checkEndpoint } from './endpoints/check.ts';
import { openClient } from './endpoints/client.ts';
import { type EndpointPlace, type Endpoints, openEndpoints } from './endpoints/endpoints.ts';
import { findPrices } from './money/prices.ts';
import { openSpending } from './money/spending.ts';
import { teacherOver } from './openai.ts';

export async function openLive(
  settings: TeacherSettings,
  environment: TeacherEnvironment,
  clock: Clock,
  random: () => number = Math.random,
): Promise<Teacher> {
  const endpoints = openEndpoints(placesOf(settings, environment), settings, clock, random);
  const prices = await findPrices(settings);
  const { meter = openMeter() } = environment;
  const { budget, book } = capsOf(environment, clock);
  const spending = openSpending(settings, { prices, budget, clock, meter });
  const chat = openChat({ endpoints, settings, prices, spending, clock, random });
  const teacher = teacherOver(settings, chat, () => checkAll(endpoints, settings.timeoutMs));
  const { callsMax, dollarsMax } = settings;
  const load: Teacher['load'] = () => {
    const { calls, spent, held } = book()?.of(wholeRun) ?? { calls: 0, spent: 0, held: 0 };
    const limits = { callsMax, microDollarsMax: dollarsMax * 1e6 };
    const spending = { calls, microDollars: spent + held, ...limits };
    return { endpoints: endpoints.loads(), spending };
  };
  return { ...teacher, load };
}

/** The book is opened at the first call: by then the process holds the run's lock. */
function capsOf(environment: TeacherEnvironment, clock: Clock) {
  let caps: CappedBudget | null = null;
  let book: Book | null = null;
  const open = () => {
    book = environment.book?.() ?? openMemoryBook();
    const budget = environment.budget ?? openLocalBudget(clock, book.of(wholeRun));
    return openCaps({ budget, book, clock });
  };
  const whole: CappedBudget = {
    admit: (limits, want, signal) => {
      caps ??= open();
      return caps.admit(limits, want, signal);
    },
  };
  return { budget: whole, book: (): Book | null => book };
}

function placesOf(settings: TeacherSettings, environment: TeacherEnvironment): EndpointPlace[] {
  const { baseUrl, model, timeoutMs } = settings;
  const clientAt = (address: string, key: string | undefined) =>
    openClient(address, key, timeoutMs);
  const first = { baseUrl, model, weight: 1, client: clientAt(baseUrl, environment.apiKey) };
  const others = settings.endpoints.map((each): EndpointPlace => {
    const sameHost = new URL(each.baseUrl).origin === new URL(baseUrl).origin;
    const shared = sameHost ? environment.apiKey : undefined;
    const key = each.key === undefined ? shared : environment.namedKey?.(each.key);
    const { weight } = each;
    return {
      baseUrl: each.baseUrl,
      model: each.model ?? model,
      weight,
      client: clientAt(each.baseUrl, key),
    };
  });
  return [first, ...others];
}

/** One endpoint that answers is enough to begin. */
async function checkAll(endpoints: Endpoints, timeoutMs: number) {
  const checked = await Promise.all(endpoints.all.map((each) => checkEndpoint(each, timeoutMs)));
  const problems = checked.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  const remarks = checked.flatMap(({ remark }) => (remark === null ? [] : [remark]));
  const none = problems.length === checked.length;
  const told = none ? remarks : [...problems, ...remarks];
  return { problem: none ? problems.join('; ') : null, remark: told.join('; ') || null };
}
