// Who is signed in. The token lives in sessionStorage: it ends with the tab.
import { Role, type User } from "../gen/wissel/v1/auth_pb";

const kToken = "wissel.token";

class Session {
  #token = $state<string | null>(read());
  /** Known after sign-in, or after asking the server what a kept token says. */
  user = $state.raw<User | null>(null);
  /** Signed out by the server (the token has ended), not by choice. */
  expired = $state(false);

  get token(): string | null {
    return this.#token;
  }

  begin(token: string, user: User): void {
    this.#token = token;
    this.user = user;
    this.expired = false;
    sessionStorage.setItem(kToken, token);
  }

  end(expired = false): void {
    this.#token = null;
    this.user = null;
    this.expired = expired;
    sessionStorage.removeItem(kToken);
  }

  get mayWork(): boolean {
    return this.#has(Role.AGENT) && this.user?.agent !== "";
  }

  get mayWatch(): boolean {
    return [Role.MANAGER, Role.PLANNER, Role.ADMIN, Role.INTEGRATION].some((role) =>
      this.#has(role),
    );
  }

  /** Whether they may change what they watch. */
  get mayManage(): boolean {
    return this.#has(Role.MANAGER) || this.#has(Role.ADMIN);
  }

  /** Whether they may look at versions of the rules, and try them. */
  get maySeeRules(): boolean {
    return this.mayManage || this.#has(Role.PLANNER);
  }

  /** Whether they may apply rules, and take them back. */
  get mayChangeRules(): boolean {
    return this.mayManage;
  }

  /** Whether they may look at what is planned. */
  get maySeePlans(): boolean {
    return this.mayManage || this.#has(Role.PLANNER);
  }

  /** Whether they may plan: forecasts, required staff, schedules. */
  get mayPlan(): boolean {
    return this.#has(Role.PLANNER) || this.#has(Role.ADMIN);
  }

  /** Whether they may say where events are sent to. */
  get mayManageWebhooks(): boolean {
    return this.#has(Role.ADMIN) || this.#has(Role.INTEGRATION);
  }

  #has(role: Role): boolean {
    return this.user?.roles.includes(role) ?? false;
  }
}

function read(): string | null {
  // In the frame of another site a browser may deny even the look.
  try {
    return sessionStorage.getItem(kToken);
  } catch {
    return null;
  }
}

export const session = new Session();
