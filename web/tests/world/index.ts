// The whole world behind one set of clients.
import { createRouterTransport, type ConnectRouter } from "@connectrpc/connect";
import { AuthService, Role } from "../../src/gen/wissel/v1/auth_pb";
import { ConfigService } from "../../src/gen/wissel/v1/config_pb";
import { createClients, type Clients } from "../../src/lib/transport";
import { World } from "./base";
import { Days } from "./day";
import { Forecasts } from "./forecasts";
import { Histories } from "./history";
import { Runs } from "./operations";
import { Schedules } from "./schedules";
import { Staffing } from "./staffing";

export interface Planned {
  world: World;
  runs: Runs;
  forecasts: Forecasts;
  staffing: Staffing;
  schedules: Schedules;
  history: Histories;
  day: Days;
  clients: Clients;
}

export function plannedWorld(options: { now: number; people?: number; stepMs?: number; role?: Role }, more: (router: ConnectRouter) => void = () => undefined): Planned {
  const world = new World(options);
  const runs = new Runs(world);
  const forecasts = new Forecasts(world, runs);
  const staffing = new Staffing(world, runs, forecasts);
  const schedules = new Schedules(world, runs);
  const history = new Histories(world);
  const day = new Days(world, schedules);
  const role = options.role ?? Role.PLANNER;
  const clients = createClients(createRouterTransport((router) => {
    [runs, forecasts, staffing, schedules, history, day].forEach((each) => each.routes(router));
    router.service(AuthService, {
      getCurrentUser: () => ({ name: "users/pia", displayName: "Pia Peeters", roles: [role], agent: role === Role.AGENT ? world.agents[0]!.name : "" }),
    });
    router.service(ConfigService, {
      getCenter: () => ({ displayName: "Social Fund", timeZone: "Europe/Brussels" }),
      listQueues: () => ({ queues: world.queues.map(({ name, displayName }) => ({ name, displayName, serviceLevelTarget: 0.8, answerWithin: { seconds: 20n } })) }),
      listAgents: () => ({ agents: world.agents }),
      listTeams: () => ({ teams: Array.from({ length: 12 }, (_, index) => ({ name: `teams/team-${index + 1}`, displayName: `Team ${index + 1}` })) }),
      listPartners: () => ({}),
      listSkills: () => ({}),
    });
    more(router);
  }));
  return { world, runs, forecasts, staffing, schedules, history, day, clients };
}
