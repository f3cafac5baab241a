/** Knobs for all kinds of teachers; each kind reads those it needs. The key is no knob. */
import { z } from 'zod';
import { operational, ownersOnly } from '../runtime/config/knobs.ts';

export const teacherSettings = z.object({
  baseUrl: z
    .string()
    .default('')
    .describe(
      'address of the endpoint including /v1; must be set for kind openai, so that no text leaves by default',
    )
    .meta({ ...ownersOnly, example: 'http://localhost:8000/v1' }),
  model: z
    .string()
    .default('')
    .describe('model name as the endpoint lists it; must be set for kind openai'),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .default(0.7)
    .describe('sampling temperature; 0.7 makes the candidates of one search round differ'),
  structuredOutput: z
    .enum(['json_schema', 'json_object', 'none'])
    .default('json_schema')
    .describe(
      'how the answer form is asked for; an endpoint that refuses one gets the next weaker, the answer is validated anyway',
    ),
  promptBytesMax: z
    .number()
    .int()
    .min(4_096)
    .default(96_000)
    .describe(
      'bytes of one prompt at most, about 24,000 tokens: fits a 32k context with room for the answer',
    ),
  checks: z
    .enum(['on', 'off'])
    .default('on')
    .describe(
      'whether answers are checked: plain English prose about a file that is still to be written, naming only what was shown, copying no code; services/teacher/checks lists them',
    ),
  mendingsMax: z
    .number()
    .int()
    .min(0)
    .default(2)
    .describe(
      'how often a teacher whose answer fails a check is told why and asked again; after that, its file is written without a thought',
    ),
  planTokensMax: z
    .number()
    .int()
    .positive()
    .default(6_000)
    .describe('tokens of one planning answer at most'),
  thinkTokensMax: z
    .number()
    .int()
    .positive()
    .default(1_500)
    .describe('tokens of one thought at most, about 6,000 bytes'),
  purposesPerCall: z
    .number()
    .int()
    .positive()
    .default(40)
    .describe(
      'files whose purpose is asked in one call; 40 lines fit planTokensMax with room to spare',
    ),
  dollarsPerMillionPromptTokens: z
    .number()
    .min(0)
    .default(0)
    .describe('price of a million prompt tokens in dollars; 0 for an endpoint of your own'),
  dollarsPerMillionCompletionTokens: z
    .number()
    .min(0)
    .default(0)
    .describe('price of a million answer tokens in dollars; 0 for an endpoint of your own'),
  callsMax: z
    .number()
    .int()
    .min(0)
    .default(1_000_000)
    .describe(
      'calls at most, retries included, of one process or with Redis of all processes of the data set; reaching it stops the run, finished work is kept',
    )
    .meta(operational),
  dollarsMax: z
    .number()
    .min(0)
    .default(100)
    .describe(
      'dollars at most by the two prices, of one process or with Redis of all processes of the data set; reaching it stops the run, finished work is kept',
    )
    .meta(operational),
  callsPerMinute: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe(
      'calls begun per minute at most, of one process or with Redis of all processes of the data set; null for no limit',
    )
    .meta(operational),
  retriesMax: z
    .number()
    .int()
    .min(0)
    .default(5)
    .describe('further tries of a call that failed for a passing reason')
    .meta(operational),
  retryWaitMs: z
    .number()
    .int()
    .min(1)
    .default(500)
    .describe(
      'longest wait before the first retry in milliseconds; doubles each time, drawn with full jitter',
    )
    .meta(operational),
  retryWaitMsMax: z
    .number()
    .int()
    .min(1)
    .default(30_000)
    .describe('longest wait before any retry in milliseconds, also for a server’s Retry-After')
    .meta(operational),
  timeoutMs: z
    .number()
    .int()
    .positive()
    .default(180_000)
    .describe('milliseconds one call may take; three minutes suit a long answer of a busy server')
    .meta(operational),
});

export type TeacherSettings = z.infer<typeof teacherSettings>;
