import { initializeApp } from '@firebase/app';
import { connectAuthEmulator, getAuth, signInWithEmailAndPassword, type User } from '@firebase/auth';

/** What a page is told to sign in with. */
export interface SignIn {
  readonly projectId: string;
  readonly emulatorHost: string;
  readonly email: string;
  readonly password: string;
}

/** Signs in with the SDK of Firebase, as pages do. */
async function signInWithFirebase({ projectId, emulatorHost, email, password }: SignIn): Promise<void> {
  const auth = getAuth(initializeApp({ apiKey: 'any', projectId }));
  connectAuthEmulator(auth, `http://${emulatorHost}`, { disableWarnings: true });
  const { user } = await signInWithEmailAndPassword(auth, email, password);
  window.user = user;
}

declare global {
  interface Window {
    signInWithFirebase: typeof signInWithFirebase;
    /** Who has signed in. */
    user: User;
  }
}

window.signInWithFirebase = signInWithFirebase;
