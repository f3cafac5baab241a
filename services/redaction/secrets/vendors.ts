/**
 * The shapes of tokens as their vendors publish them, one row each. A token is found by its mark, a
 * literal that other texts seldom hold; `before` and `after` match the text around the mark. A new
 * vendor needs only a new row. `shapes.ts` extends every match to the end of its token.
 */

export interface VendorShape {
  readonly name: string;
  /**
   * Regular expression of the token's part before the mark; empty by default. An expression that
   * begins with `(?<!` itself checks where the token begins; otherwise the token must not follow a
   * letter or digit.
   */
  readonly before?: string;
  /** Null if the token has no mark; the text is then searched for `after`. */
  readonly mark: string | null;
  readonly after: string;
  /** Only `after` is the value; the mark and `before` stay, as in `AccountKey=`. */
  readonly valueOnly?: true;
  /** The shape alone says little: the value must look random, too. */
  readonly weak?: true;
}

const word = '[A-Za-z0-9]';
const line = String.raw`[\w-]`;
const base64 = '[A-Za-z0-9+/]';
const hex = '[0-9a-f]';
const anyHex = '[0-9a-fA-F]';
const upper = '[A-Z0-9]';
const uuid = `${hex}{8}-(?:${hex}{4}-){3}${hex}{12}`;

/** Returns one row per mark, for marks of one vendor that have the same shape. */
function rows(name: string, marks: string, after: string): VendorShape[] {
  return marks.split(' ').map((mark) => ({ name, mark, after }));
}

/** The same for shapes that say little. */
function weakRows(name: string, marks: string, after: string): VendorShape[] {
  return rows(name, marks, after).map((row) => ({ ...row, weak: true }));
}

const clouds: readonly VendorShape[] = [
  ...rows('aws-key-id', 'AKIA ASIA ABIA ACCA', `${upper}{16,}(?![a-z])`),
  { name: 'aws-bedrock', mark: 'ABSK', after: `${base64}{60,}={0,2}` },
  { name: 'google-api-key', mark: 'AIza', after: `${line}{33,}` },
  { name: 'google-oauth-secret', mark: 'GOCSPX-', after: `${line}{20,}` },
  { name: 'google-oauth-token', mark: 'ya29.', after: String.raw`[\w.-]{20,}` },
  { name: 'google-refresh-token', mark: '1//0', after: `${line}{30,}` },
  {
    name: 'azure-client-secret',
    before: String.raw`[\w~.-]{3}`,
    mark: '8Q~',
    after: String.raw`[\w~.-]{30,}`,
  },
  {
    name: 'azure-client-secret',
    before: String.raw`[\w~.-]{3}`,
    mark: '7Q~',
    after: String.raw`[\w~.-]{30,}`,
  },
  {
    name: 'azure-account-key',
    mark: 'AccountKey=',
    after: `${base64}{40,}={0,2}`,
    valueOnly: true,
  },
  {
    name: 'azure-access-key',
    mark: 'SharedAccessKey=',
    after: `${base64}{30,}={0,2}`,
    valueOnly: true,
  },
  {
    name: 'azure-sas',
    before: '[?&;"\'\\s]',
    mark: 'sig=',
    after: '[A-Za-z0-9%+/]{40,}=?',
    valueOnly: true,
  },
  ...['+ABa', '+AMC', '+ASt', 'AzCa', 'AzFu', 'AzSe', '+ACR', 'APIM', 'JQQJ9'].map((mark) => ({
    name: 'azure-signed-key',
    before: `${base64}{28,76}`,
    mark,
    after: `${base64}{5,}={0,2}`,
    weak: true as const,
  })),
  ...rows('digitalocean', 'dop_v1_ doo_v1_ dor_v1_', `${hex}{40,}`),
  { name: 'alibaba-key-id', mark: 'LTAI', after: `${word}{12,}` },
  { name: 'tencent-key-id', mark: 'AKID', after: `${word}{28,}`, weak: true },
  { name: 'yandex-key', mark: 'AQVN', after: `${line}{34,}`, weak: true },
  { name: 'yandex-oauth', mark: 'y0_', after: `${line}{50,}` },
  ...rows('heroku', 'HRKU-', `${line}{30,}`),
  ...rows('fly', 'fo1_ fm1r_ fm2_', `${line}{30,}`),
  { name: 'render', mark: 'rnd_', after: `${word}{28,}`, weak: true },
  ...rows('netlify', 'nfp_ nfc_ nfo_ nfu_', `${word}{36,}`),
  ...rows('vercel', 'vcp_ vci_ vca_ vcr_ vck_', `${line}{20,}`),
  ...rows('cloudflare', 'cfk_ cfut_ cfat_', `${word}{40,}`),
  { name: 'cloudflare-origin-ca', mark: 'v1.0-', after: `${hex}{24}-${hex}{100,}` },
  ...rows('supabase', 'sbp_ sbp_v0_ sb_secret_', `${line}{20,}`),
  { name: 'neon', mark: 'napi_', after: `${word}{40,}` },
  ...rows('planetscale', 'pscale_tkn_ pscale_pw_ pscale_oauth_', String.raw`[\w.=-]{24,}`),
  { name: 'databricks', mark: 'dapi', after: `${hex}{32,}(?:-\\d)?` },
  { name: 'terraform', before: `${word}{14}`, mark: '.atlasv1.', after: String.raw`[\w=-]{40,}` },
  ...rows('vault', 'hvs. hvb. hvr.', `${line}{24,}`),
  { name: 'pulumi', mark: 'pul-', after: `${hex}{40,}` },
  {
    name: 'doppler',
    mark: 'dp.',
    after: String.raw`(?:pt|ct|st|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?${word}{30,}`,
  },
  { name: 'tailscale', mark: 'tskey-', after: String.raw`[a-z]{2,20}-[\w-]{16,}` },
  { name: 'openshift', mark: 'sha256~', after: `${line}{40,}` },
  { name: 'scalingo', mark: 'tk-us-', after: `${line}{40,}` },
  { name: 'infracost', mark: 'ico-', after: `${word}{32,}` },
  { name: '1password', mark: 'ops_ey', after: `${base64}{80,}={0,2}` },
  {
    name: '1password-secret-key',
    mark: 'A3-',
    after: `${upper}{6}-(?:${upper}{11}|${upper}{6}-${upper}{5})(?:-${upper}{5}){3}`,
  },
  { name: 'age', mark: 'AGE-SECRET-KEY-1', after: `${upper}{40,}` },
  { name: 'age-plugin', mark: 'AGE-PLUGIN-', after: `[A-Z0-9-]{2,20}-1${upper}{40,}` },
];

const development: readonly VendorShape[] = [
  ...rows('github', 'ghp_ gho_ ghu_ ghs_ ghr_', `${line}{30,}(?:\\.[\\w-]{10,}){0,2}`),
  { name: 'github', mark: 'github_pat_', after: String.raw`\w{40,}` },
  ...rows(
    'gitlab',
    'glpat- gldt- glrt- glrtr- glptt- glft- glimt- glagent- glcbt- glsoat- gloas- glwt- glffct-',
    String.raw`[\w.-]{18,}`,
  ),
  { name: 'gitlab-runner', mark: 'GR1348941', after: `${line}{16,}` },
  ...rows('atlassian', 'ATATT3 ATCTT3 ATBB ATSTT3', String.raw`[\w=-]{24,}`),
  { name: 'atlassian', mark: 'ATAT', after: String.raw`[\w=-]{100,}` },
  { name: 'bitbucket', mark: 'BBDC-', after: `${base64}{30,}={0,2}` },
  { name: 'npm', mark: 'npm_', after: String.raw`\w{36,}`, weak: true },
  ...rows('pypi', 'pypi-', `AgE[\\w-]{40,}`),
  { name: 'rubygems', mark: 'rubygems_', after: `${hex}{40,}` },
  { name: 'crates', mark: 'cio', after: `${word}{32}(?!${word})`, weak: true },
  { name: 'nuget', mark: 'oy2', after: '[a-z0-9]{43}(?![a-z0-9])' },
  { name: 'clojars', mark: 'CLOJARS_', after: `${word}{50,}` },
  ...rows('docker', 'dckr_pat_ dckr_oat_', `${line}{20,}`),
  { name: 'jfrog', mark: 'AKCp', after: `${word}{60,}` },
  { name: 'jfrog-reference', mark: 'cmVmdGtu', after: `${word}{50,}={0,2}` },
  ...rows('circleci', 'CCIPAT_ CCIPRJ_', String.raw`\w{30,}`),
  ...rows('buildkite', 'bkua_ bkaa_ bkaj_ bkar_ bkct_ bkpt_ bkpat_', `${line}{30,}`),
  ...rows('sonar', 'sqp_ squ_ sqa_', `${hex}{36,}`),
  ...rows('sourcegraph', 'sgp_', String.raw`\w{36,}`),
  ...rows('sentry', 'sntrys_ sntryu_', String.raw`[\w+/=-]{40,}`),
  ...rows('grafana', 'glc_ glsa_', String.raw`[\w+/]{32,}={0,2}`),
  // Docker Compose doubles each dollar of a password's hash.
  { name: 'apr1-hash', mark: '$$apr1$$', after: String.raw`[\w./]{4,8}\$\$[\w./]{22}` },
  { name: 'bcrypt-hash', mark: '$$2', after: String.raw`[abxy]\$\$\d\d\$\$[\w./]{53}` },
  { name: 'laravel-key', mark: 'base64:', after: `${base64}{43}=`, valueOnly: true, weak: true },
  { name: 'grafana-key', mark: 'eyJrIjoi', after: `${base64}{50,}={0,2}` },
  { name: 'new-relic', mark: 'NRAK-', after: `${word}{20,}` },
  { name: 'new-relic', mark: 'NRJS-', after: `${hex}{16,}` },
  ...rows('new-relic', 'NRII- NRIQ- NRAA- NRRA- NRSP-', `${line}{20,}`),
  { name: 'new-relic', before: `${hex}{30,36}`, mark: 'NRAL', after: '' },
  { name: 'new-relic', before: `${hex}{30,36}`, mark: 'FFFFNRAL', after: '' },
  {
    name: 'dynatrace',
    mark: 'dt0',
    after: String.raw`[a-z]\d\d\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{50,}`,
  },
  ...rows('honeycomb', 'hcaik_ hcxik_ hcamk_', `${word}{40,}`),
  { name: 'postman', mark: 'PMAK-', after: `${hex}{20,}-${hex}{30,}` },
  { name: 'postman', mark: 'PMAT-', after: `${upper}{20,}` },
  ...rows('prefect', 'pnu_ pnb_', `${word}{32,}`),
  { name: 'readme', mark: 'rdme_', after: `${word}{60,}` },
  { name: 'octopus', mark: 'API-', after: `${upper}{25,}`, weak: true },
  { name: 'launchdarkly', mark: 'api-', after: uuid },
  { name: 'launchdarkly', mark: 'sdk-', after: uuid },
  { name: 'snyk', mark: 'snyk_', after: String.raw`[\w.-]{30,}` },
  ...rows('contentful', 'CFPAT-', `${line}{40,}`),
  ...rows('figma', 'figd_ figdr_', `${line}{36,}`),
  ...rows('linear', 'lin_api_ lin_oauth_', String.raw`\w{32,}`),
  { name: 'notion', mark: 'ntn_', after: `${word}{40,}` },
  { name: 'notion', mark: 'secret_', after: `${word}{43,}`, weak: true },
  { name: 'airtable', mark: 'pat', after: String.raw`${word}{14}\.${hex}{60,}` },
  { name: 'dropbox', mark: 'sl.', after: `${line}{100,}` },
  { name: 'typeform', mark: 'tfp_', after: String.raw`[\w=.-]{40,}` },
  ...rows('mapbox', 'sk.eyJ tk.eyJ', String.raw`[\w-]{40,}\.[\w-]{16,}`),
  { name: 'maxmind', before: `${word}{6}_${word}{29}`, mark: '_mmk', after: '' },
  { name: 'adobe', mark: 'p8e-', after: `${word}{32,}` },
  { name: 'shippo', mark: 'shippo_', after: `(?:live|test)_${anyHex}{36,}` },
  { name: 'easypost', mark: 'EZAK', after: `${word}{50,}` },
  { name: 'easypost', mark: 'EZTK', after: `${word}{50,}` },
  { name: 'duffel', mark: 'duffel_', after: String.raw`(?:live|test)_[\w=-]{36,}` },
  { name: 'frame', mark: 'fio-u-', after: `${line}{50,}` },
  ...rows('hubspot', 'pat-na1- pat-na2- pat-eu1- pat-ap1-', uuid),
];

const models: readonly VendorShape[] = [
  { name: 'openai', before: `sk-[\\w-]{16,100}`, mark: 'T3BlbkFJ', after: `${line}{16,}` },
  ...rows('openai', 'sk-proj- sk-svcacct- sk-admin-', `${line}{36,}`),
  { name: 'anthropic', mark: 'sk-ant-', after: `${line}{32,}` },
  { name: 'openrouter', mark: 'sk-or-v1-', after: `${hex}{40,}` },
  ...rows('langfuse', 'sk-lf-', `${line}{30,}`),
  { name: 'model-key', mark: 'sk-', after: `${word}{30,}`, weak: true },
  { name: 'model-key', mark: 'sk-', after: `${line}{46,}`, weak: true },
  ...rows('langsmith', 'lsv2_pt_ lsv2_sk_', String.raw`\w{36,}`),
  { name: 'huggingface', mark: 'hf_', after: `${word}{30,}`, weak: true },
  { name: 'huggingface', mark: 'api_org_', after: `${word}{30,}`, weak: true },
  { name: 'replicate', mark: 'r8_', after: `${word}{36,}` },
  { name: 'groq', mark: 'gsk_', after: `${word}{40,}` },
  { name: 'xai', mark: 'xai-', after: `${line}{60,}` },
  { name: 'perplexity', mark: 'pplx-', after: `${word}{40,}` },
  { name: 'nvidia', mark: 'nvapi-', after: `${line}{50,}` },
  { name: 'together', mark: 'tgp_v1_', after: `${line}{30,}` },
  { name: 'fireworks', mark: 'fw_', after: `${word}{22,}`, weak: true },
  { name: 'pinecone', mark: 'pcsk_', after: String.raw`\w{50,}` },
  { name: 'tavily', mark: 'tvly-', after: `${line}{28,}`, weak: true },
];

const payment: readonly VendorShape[] = [
  ...rows('stripe', 'sk_live_ rk_live_ sk_test_ rk_test_ sk_prod_ rk_prod_', `${word}{16,}`),
  { name: 'stripe-webhook', mark: 'whsec_', after: `${base64}{24,}={0,2}` },
  ...rows('square', 'sq0atp- sq0csp-', `${line}{20,}`),
  { name: 'square', mark: 'EAAA', after: String.raw`[\w-]{58,}` },
  {
    name: 'paypal',
    mark: 'access_token$',
    after: String.raw`(?:production|sandbox)\$[0-9a-z]{16}\$${hex}{32}`,
  },
  {
    name: 'plaid',
    mark: 'access-',
    after: `(?:production|sandbox|development)-${uuid}`,
  },
  { name: 'razorpay', mark: 'rzp_live_', after: `${word}{14,}` },
  ...rows('flutterwave', 'FLWSECK- FLWSECK_TEST-', `${line}{12,}`),
  {
    name: 'adyen',
    mark: 'AQE',
    after: `[a-z]${base64}{60,}={0,2}(?:-${base64}{20,}={0,2})?`,
    weak: true,
  },
  ...rows('shopify', 'shpat_ shpca_ shppa_ shpss_', `${word}{30,}`),
  { name: 'lob', mark: 'live_', after: `${hex}{35,}`, weak: true },
  {
    name: 'coinbase',
    mark: 'organizations/',
    after: `${uuid}/apiKeys/${uuid}`,
  },
];

const messages: readonly VendorShape[] = [
  ...rows(
    'slack',
    'xoxb- xoxp- xoxa- xoxo- xoxr- xoxs- xoxe- xoxe.xoxb- xoxe.xoxp- xapp- xoxc- xoxd-',
    String.raw`[\w%-]{16,}`,
  ),
  ...['services', 'workflows', 'triggers'].map((kind) => ({
    name: 'slack-webhook',
    mark: `hooks.slack.com/${kind}/`,
    after: String.raw`[\w/-]{24,}`,
    valueOnly: true as const,
  })),
  {
    name: 'discord',
    mark: null,
    after: String.raw`[MNO][\w-]{22,27}\.[\w-]{6,7}\.[\w-]{27,}`,
    weak: true,
  },
  {
    name: 'discord-webhook',
    mark: '/api/webhooks/',
    after: String.raw`\d{16,20}/[\w-]{50,}`,
    valueOnly: true,
  },
  {
    name: 'teams-webhook',
    mark: '/IncomingWebhook/',
    after: `${hex}{32}/[\\w-]{30,}(?:/[\\w-]+)?`,
    valueOnly: true,
  },
  { name: 'telegram', before: String.raw`(?<!\d)\d{8,10}`, mark: ':AA', after: `${line}{32,}` },
  { name: 'twilio', mark: 'SK', after: `${hex}{32}(?!${word})` },
  { name: 'twilio-account', mark: 'AC', after: `${hex}{32}(?!${word})` },
  { name: 'sendgrid', mark: 'SG.', after: String.raw`[\w-]{16,}\.[\w-]{16,}` },
  ...rows('mailgun', 'key- pubkey-', `${hex}{32}(?!${word})`),
  { name: 'mailgun', before: `${hex}{32}`, mark: null, after: `-${hex}{8}-${hex}{8}(?!${word})` },
  { name: 'mailchimp', before: `${hex}{32}`, mark: '-us', after: String.raw`\d{1,2}(?!\w)` },
  ...rows('brevo', 'xkeysib- xsmtpsib-', `${anyHex}{60,}(?:-${word}{16})?`),
  { name: 'resend', mark: 're_', after: `${word}{8}_${word}{24}(?!\\w)` },
  {
    name: 'zapier',
    mark: 'hooks.zapier.com/hooks/catch/',
    after: String.raw`\d+/\w+`,
    valueOnly: true,
  },
  { name: 'facebook', mark: 'EAA', after: `(?:B|C|G|M)[A-Za-z0-9]{80,}` },
  { name: 'vk', mark: 'vk1.a.', after: `${line}{60,}` },
  { name: 'intercom', mark: 'dG9rO', after: `${base64}{50,}={0,2}` },
];

const general: readonly VendorShape[] = [
  { name: 'jwt', mark: 'eyJ', after: String.raw`[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}` },
  {
    name: 'jwe',
    mark: 'eyJ',
    after: String.raw`[\w-]{10,}\.[\w-]*\.[\w-]{10,}\.[\w-]{10,}\.[\w-]{16,}`,
  },
  {
    name: 'encoded-private-key',
    mark: 'LS0tLS1CRUdJTi',
    after: `(?:BSU0Eg|BFQyBQ|BEU0Eg|BPUEVOU|BQUklWQV|BFTkNSWV|BQR1AgUF)${base64}{40,}={0,2}`,
  },
];

/** Services that are neither of the kinds above, each a mark and what follows it. */
const services: readonly VendorShape[] = [
  ...rows('aikido', 'AIK_CI_', `${word}{20,}`),
  ...rows('apify', 'apify_api_', `${word}{30,}`),
  ...rows('asaas', '$aact_prod_ $aact_hmlg_', `${line}{20,}`),
  ...['.acc_', '.acc-'].map((mark) => ({
    name: 'authress',
    before: String.raw`(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}`,
    mark,
    after: String.raw`[a-z0-9-]{10,32}\.[a-z0-9+/_=-]{30,}`,
  })),
  ...rows('aws-bedrock', 'bedrock-api-key-', `${base64}{40,}={0,2}`),
  { name: 'brave', mark: 'BSA', after: `${line}{24,}`, weak: true },
  { name: 'canada-notify', mark: 'gcntfy-', after: String.raw`\w{3,80}-${uuid}(?:-${uuid})?` },
  ...rows('cartesia', 'sk_car_', String.raw`\w{18,}`),
  ...rows('cerebras', 'csk-', '[a-z0-9]{40,}'),
  ...rows('checkout', 'sk_ sk_sbox_', uuid),
  ...rows('clickup', 'pk_', String.raw`\d{6,12}_${word}{30,}`),
  ...rows('cloudsmith', 'csa_', `${hex}{30}${word}{6}`),
  ...rows('cockroach', 'CCDB1_', `${word}{20,}_${word}{36,}`),
  ...rows('configcat', 'configcat-sdk-1/', `${line}{22}/${line}{22}`),
  ...rows('cursor', 'key_', `${hex}{60,}`),
  { name: 'databento', mark: 'db-', after: `${word}{32}(?!\\w)`, weak: true },
  ...rows('datastax', 'AstraCS:', `${word}{20,}(?::${hex}{40,})?`),
  ...rows('deno', 'ddp_ ddo_ ddw_', `${word}{36,}`),
  ...rows('devcycle', 'dvc_server_', `${word}{16,}`),
  ...rows('devin', 'apk_', `${base64}{80,}={0,2}`),
  ...rows('devin', 'cog_', '[a-z2-7]{52}(?![a-z0-9])'),
  ...rows('docker-swarm', 'SWMTKN-1-', '[a-z0-9]{40,}-[a-z0-9]{20,}'),
  ...rows('docker-swarm', 'SWMKEY-1-', `${base64}{40,}`),
  ...rows('elastic-cloud', 'essu_', `${line}{40,}={0,2}`),
  { name: 'fly', mark: 'FlyV1 ', after: String.raw`[\w=,/+-]{60,}` },
  ...rows('google-gemini', 'AQ.Ab8RN6', `${line}{30,}`),
  { name: 'gitlab-session', mark: '_gitlab_session=', after: '[0-9a-z]{32}', valueOnly: true },
  ...rows('harness', 'pat. sat.', String.raw`[\w-]{22}\.${hex}{24}\.${word}{20}`),
  ...rows('intra42', 's-s4t2ud- s-s4t2af-', `${hex}{60,}`),
  { name: 'ionic', mark: 'ion_', after: `${word}{42}`, weak: true },
  // A JSON Web Token in base64 once more; its header begins with `alg`, `typ` or `kid`.
  ...rows('encoded-jwt', 'ZXlKaGJHY2lPaU ZXlKMGVYQWlPaU ZXlKcmFXUWlPaU', `${base64}{40,}={0,2}`),
  { name: 'lichess', mark: 'lip_', after: String.raw`\w{16,}`, weak: true },
  ...rows('llama-cloud', 'llx-', `${word}{40,}`),
  ...rows('mailersend', 'mlsn.', `${word}{30,}`),
  ...rows('mercury', 'mercury_production_', `[a-z]{3,6}_${word}{36,}_yrucrem`),
  ...rows('mergify', 'mergify_application_key_', `${line}{40,}`),
  ...rows('miro', 'eyJtaXJv', `[A-Za-z0-9-]{10,64}_${line}{20,}`),
  ...rows('nylas', 'nyk_', `${word}{60,}`),
  ...weakRows('onfido', 'api_live. api_live_ca. api_live_us.', `${line}{20,}`),
  ...rows('paddle', 'pdl_live_apikey_ pdl_sdbx_apikey_', String.raw`[a-z0-9]{26}_\w{22,}`),
  { name: 'persona', mark: 'persona_production_', after: `${line}{20,}`, weak: true },
  { name: 'pinterest', mark: 'pina_', after: `${line}{20,}`, weak: true },
  ...weakRows('polar', 'polar_at_ polar_oat_ polar_pat_', `${line}{20,}`),
  ...rows('posthog', 'phx_', `${line}{40,}`),
  { name: 'runpod', mark: 'rpa_', after: `${word}{30,}`, weak: true },
  ...rows('rootly', 'rootly_', `${hex}{60,}`),
  ...rows('samsara', 'samsara_api_', `${word}{26,}`),
  ...weakRows('settlemint', 'sm_aat_ sm_pat_ sm_sat_', `${word}{16,}`),
  { name: 'slack-cookie', mark: 'xoxd-', after: String.raw`[\w%/+-]{40,}={0,2}` },
  { name: 'thunderstore', mark: 'tss_', after: `${line}{20,}`, weak: true },
  { name: 'unkey', mark: 'unkey_', after: `${word}{20,}`, weak: true },
  ...rows('upcloud', 'ucat_', `${word}{24,}`),
  { name: 'val-town', mark: 'vtwn_', after: `${line}{20,}`, weak: true },
  { name: 'voyage', mark: 'pa-', after: `${line}{43}(?!${line})`, weak: true },
  { name: 'voyage', mark: 'al-', after: `${line}{43}(?!${line})`, weak: true },
  ...rows('wakatime', 'waka_', uuid),
  ...rows('weights-and-biases', 'wandb_v1_', String.raw`\w{60,}`),
  ...rows('workato', 'wrka', String.raw`(?:[a-z]{2})?-eyJ[\w-]{8,}\.[\w-]{16,}\.[\w-]{40,}`),
  ...rows('xendit', 'xnd_production_ xnd_development_', `${word}{40,}`),
  ...rows('zuplo', 'zpka_', '[a-z0-9]{32}_[a-z0-9]{8}(?![a-z0-9])'),
];

export const vendorShapes: readonly VendorShape[] = [
  ...clouds,
  ...development,
  ...models,
  ...payment,
  ...messages,
  ...services,
  ...general,
];
