/**
 * Imported before anything else: the page's content policy forbids `eval`, so zod must not even probe for it when the
 * schemas of the contract are made.
 */
import { config } from 'zod';

config({ jitless: true });
