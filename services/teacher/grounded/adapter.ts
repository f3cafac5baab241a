/** The rule-based teacher as a kind of teacher: it needs no knob, no key and no money. */
import type { TeacherAdapter } from '../adapter.ts';
import { openGrounded } from './grounded.ts';

export const grounded: TeacherAdapter = {
  about: 'rules, no key, not a language model',
  pays: false,
  open: async () => openGrounded(),
};
