// What TypeScript does not know of browsers and of kb.

interface Window {
  /** The public search; others may have put more here. */
  kb?: Record<string, unknown>;
}

interface Document {
  /** https://wicg.github.io/nav-speculation/prerendering.html */
  prerendering?: boolean;
}

interface Navigator {
  /** https://w3c.github.io/gpc/ */
  globalPrivacyControl?: boolean;
  /** https://wicg.github.io/netinfo/, which not all browsers have. */
  connection?: { saveData: boolean; effectiveType: string; type?: string };
}
