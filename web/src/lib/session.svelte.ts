// Who is signed in in this browser. What proves it is a cookie that no script can read; remembered here is only
// whose it was, so that a page knows before the server has answered whether to ask for a sign-in.
import { Role, type User } from "../gen/wissel/v1/auth_pb";

const kUser = "wissel.user";

class Session {
  #name = $state<string | null>(read());
  /** Known after sign-in, or after asking the server whose the cookie is. */
  user = $state.raw<User | null>(null);
  /** Signed out by the server (the session has ended), not by choice. */
  expired = $state(false);

  /** "users/{user}", as it is believed; null: nobody. */
  get name(): string | null {
    return this.#name;
  }

  begin(user: User): void {
    this.#name = user.name;
    this.user = user;
    this.expired = false;
    localStorage.setItem(kUser, user.name);
  }

  end(expired = false): void {
    this.#name = null;
    this.user = null;
    this.expired = expired;
    localStorage.removeItem(kUser);
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

  /** Whether they may make mailings and lists, start and stop them. */
  get mayReachOut(): boolean {
    return this.mayManage || this.#has(Role.PLANNER) || this.#has(Role.INTEGRATION);
  }

  /** Whether they may write fact sheets. */
  get mayWriteFacts(): boolean {
    return this.mayManage || this.#has(Role.PLANNER);
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
    return localStorage.getItem(kUser);
  } catch {
    return null;
  }
}

export const session = new Session();
