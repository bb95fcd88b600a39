import { firebaseClaims, Publisher, TokenKey, type Claims } from '../../../sign-in/src/support/issuer.js';

/** Stands in for Google: signs ID tokens of any project, and publishes the certificate they are checked with. */
export class Firebase {
  private readonly key: TokenKey;
  /** What a server needs to look here for certificates. */
  readonly env: Readonly<Record<string, string>>;

  private constructor(key: TokenKey, env: Readonly<Record<string, string>>) {
    this.key = key;
    this.env = env;
  }

  static async start(): Promise<Firebase> {
    const key = TokenKey.rsa('key-1');
    const publisher = await Publisher.start();
    publisher.publishCertificates(key);
    return new Firebase(key, { FIREBASE_CERTS_URL: publisher.url('/certs') });
  }

  /** An ID token of a user of a project, made now. */
  token(project: string, uid: string, changes: Claims = {}): string {
    return this.key.token(firebaseClaims(project, uid, changes));
  }
}
