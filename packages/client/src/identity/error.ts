import { errorsOf } from '../core/error.js';

/** What can be wrong with a key, a statement or a proof. */
export const identityError = errorsOf({
  invalid_key: {
    message: 'The stored key of this browser cannot be read.',
    advice: 'Pair this browser again.',
  },
  invalid_statement: {
    message: 'A statement about a device is not well formed.',
    advice: 'Nothing to do: it is ignored.',
  },
  statement_signature_invalid: {
    message: 'A statement about a device has a wrong signature.',
    advice: 'If this appears again, do not trust the server you are connected to.',
  },
  key_not_accepted: {
    message: 'Nobody you trust has vouched for the key of this device.',
    advice: 'Pair this browser with that device, or have a paired device vouch for it.',
  },
  key_changed: {
    message: 'This device shows another key than the one you know it by.',
    advice:
      'Do not use it unless you know why: if it was set up anew, pair with it again. Otherwise someone may be in between.',
  },
  device_revoked: {
    message: 'This device was removed from the account.',
    advice: 'Pair it again if it should come back.',
  },
  key_book_full: {
    message: 'Too many devices are known already.',
    advice: 'Remove devices you no longer use, or pair this browser anew.',
  },
});
