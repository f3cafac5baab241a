/** Version of all prompts, raised with any change of wording: memo and provenance go by it. */
export const promptsVersion = 3;

export interface Prompt {
  readonly system: string;
  readonly user: string;
}
