// The figures of the session that goes on, as they come over MQTT. What is of another session is left out.
const EMPTY = { session: null, teams: [], players: [], court: null, shots: [], pairs: [], recent: [] };

export class Book {
  constructor() {
    this.kept = new Map(); // topic below stats/ -> message
  }

  take(name, message) {
    if (message) this.kept.set(name, message);
    else this.kept.delete(name);
  }

  /** What there is to draw; `recent`: the last shots, newest first. */
  view(recent) {
    const session = this.kept.get("session") ?? null;
    const ours = (name) => {
      const message = this.kept.get(name);
      return message && (!session || message.session === session.session) ? message : null;
    };
    const below = (start) => [...this.kept.keys()].filter((name) => name.startsWith(start)).map(ours).filter(Boolean);
    return {
      ...EMPTY,
      session,
      teams: below("team/"),
      players: below("player/"),
      court: ours("chart")?.court ?? null,
      shots: ours("chart")?.shots ?? [],
      pairs: ours("passes")?.pairs ?? [],
      recent,
    };
  }
}

/** The same of a session that is over, from figures.json. */
export function pastView({ session, teams, players, chart, passes, recent }) {
  return { session, teams, players, court: chart.court, shots: chart.shots, pairs: passes.pairs, recent };
}
