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
  endpoints: z
    .array(
      z.strictObject({
        baseUrl: z.string(),
        model: z.string().min(1).optional(),
        weight: z.number().positive().max(1_000).default(1),
        key: z
          .string()
          .regex(/^[A-Z0-9_]{1,40}$/)
          .optional(),
      }),
    )
    .max(64)
    .default([])
    .describe(
      'further endpoints of the same model, which share the calls by weight (that of baseUrl is 1); model: its name there, if another; key: NAME of the key, read from BACKSTORY_TEACHER_API_KEY_NAME',
    )
    .meta({ ...operational, ...ownersOnly, example: '[{baseUrl: http://localhost:8001/v1}]' }),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .nullable()
    .default(1)
    .describe(
      'sampling temperature; 1, and the three knobs below, as in arXiv 2608.25826, so that thoughts and the candidates of one search round differ; null: the server’s own. An endpoint that refuses one of them is asked without',
    ),
  topP: z
    .number()
    .positive()
    .max(1)
    .nullable()
    .default(0.95)
    .describe(
      'tokens that together have this probability are sampled from; null: the server’s own',
    ),
  topK: z
    .number()
    .int()
    .positive()
    .nullable()
    .default(20)
    .describe(
      'so many of the likeliest tokens are sampled from; not a field of OpenAI’s own address; null: the server’s own',
    ),
  presencePenalty: z
    .number()
    .min(-2)
    .max(2)
    .nullable()
    .default(1.5)
    .describe(
      'by how much a token that stands in the answer already becomes less likely, against repetition; null: the server’s own',
    ),
  thinking: z
    .enum(['template', 'off'])
    .default('off')
    .describe(
      'whether a reasoning model reasons before each answer: as its chat template does, or off (enable_thinking of vLLM, SGLang and llama.cpp), since the thought is the reasoning that counts; other reasoning is paid for and thrown away',
    ),
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
    .describe(
      'price of a million prompt tokens in dollars; both 0: the price file, or nothing for an endpoint of your own',
    ),
  dollarsPerMillionCompletionTokens: z
    .number()
    .min(0)
    .default(0)
    .describe('price of a million answer tokens in dollars; 0 for an endpoint of your own'),
  pricesFile: z
    .string()
    .default('')
    .describe(
      'YAML file with the prices of models; the two knobs above go before it. Empty: services/teacher/prices.yaml, which names none and shows the form',
    )
    .meta({ ...operational, ...ownersOnly, example: 'prices.yaml' }),
  callsMax: z
    .number()
    .int()
    .min(0)
    .default(1_000_000)
    .describe(
      'calls at most, retries included, of one run with all its resumes or with Redis of all processes of the data set; reaching it stops the run, finished work is kept',
    )
    .meta(operational),
  dollarsMax: z
    .number()
    .min(0)
    .default(100)
    .describe(
      'dollars at most, of one run with all its resumes or with Redis of all processes of the data set; reaching it stops the run, finished work is kept',
    )
    .meta(operational),
  dollarsPerDayMax: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      'dollars at most on one day (UTC), of one run with all its resumes, in a cluster of each process; reaching it stops the run, which goes on the next day; null for no limit',
    )
    .meta(operational),
  dollarsPerRepositoryMax: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe(
      'dollars at most for the repositories of one name, of one run with all its resumes, in a cluster of each process; one that reaches it is given up, and tried again with a higher limit; null for no limit',
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
  tokensPerMinute: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe(
      'tokens per minute at most, of prompts and answers, of each process; an answer counts with its limit until it is there; null for no limit',
    )
    .meta(operational),
  callsAtOnceMax: z
    .number()
    .int()
    .min(1)
    .max(4_096)
    .default(64)
    .describe(
      'calls at once to one endpoint at most. The number begins at 8, grows with every answer, and halves when the server is too busy; the stages’ own concurrency is a further limit',
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
    .describe('longest wait before any retry in milliseconds, where the server asks for none')
    .meta(operational),
  serverWaitMsMax: z
    .number()
    .int()
    .min(0)
    .default(600_000)
    .describe(
      'longest wait in milliseconds that a server may ask for (Retry-After); a longer one stops the run, nothing is lost. Ten minutes cover limits per minute, not those per day',
    )
    .meta(operational),
  failuresMax: z
    .number()
    .int()
    .min(1)
    .default(10)
    .describe(
      'failures in a row after which an endpoint rests for 2 s to 60 s, and is then tried by single calls',
    )
    .meta(operational),
  patienceMs: z
    .number()
    .int()
    .min(0)
    .default(600_000)
    .describe(
      'milliseconds for which all endpoints may only fail before the run stops, with nothing lost; ten minutes, as for a store',
    )
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
