/** vitest's setupFile: run before each test file. */
import { watchForLeaks } from './leaks.ts';

watchForLeaks();
