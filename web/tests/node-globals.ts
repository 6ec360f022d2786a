// What browsers have, and Node only from 19 on.

import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto as Crypto;
