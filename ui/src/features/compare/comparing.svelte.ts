// What is compared at present, and what was chosen of it.
import { asAppError, host, type AppError, type ComparisonView, type DdlLine, type DiagramView, type PlanFile, type PlanView, type ProofView, type QuestionView, type RenameAnswer, type RunEvent, type SideChoice } from "../../ipc/client";
import { t } from "../../shared/i18n/i18n.svelte";
import { session } from "../shell/session.svelte";
import { changeRows } from "./changes";

export type Tab = "definition" | "diagram" | "plan";
export type Proof = { state: "none" } | { state: "running"; id: string } | { state: "proved"; proof: ProofView } | { state: "failed"; error: AppError };

class Comparing {
  shown = $state(false);
  from = $state.raw<SideChoice | null>(null);
  to = $state.raw<SideChoice | null>(null);
  /** The connection whose server may be used for databases of our own. */
  scratch = $state<number | null>(null);
  online = $state(false);
  run = $state.raw<{ id: string; event: RunEvent | null } | null>(null);
  result = $state.raw<ComparisonView | null>(null);
  error = $state.raw<AppError | null>(null);
  chosen = $state.raw<ReadonlySet<number>>(new Set());
  active = $state(-1);
  tab = $state<Tab>("definition");
  ddl = $state.raw<DdlLine[]>([]);
  plan = $state.raw<PlanView | null>(null);
  planError = $state.raw<AppError | null>(null);
  diagram = $state.raw<DiagramView | null>(null);
  proof = $state.raw<Proof>({ state: "none" });
  private answers: RenameAnswer[] = [];
  private counter = 0;
  private plansAsked = 0;

  /** Opens the view; what is open is the first side, if nothing else was chosen. */
  show(): void {
    this.from ??= session.open ? { kind: "source", source: session.open.source } : null;
    this.shown = true;
  }

  swap(): void {
    [this.from, this.to] = [this.to, this.from];
    this.forget();
  }

  /** What was chosen has changed, and what came of the last choice is not true any more. */
  forget(): void {
    this.answers = [];
    this.result = null;
    this.error = null;
  }

  async compare(): Promise<void> {
    const { from, to } = this;
    if (!from || !to) return;
    if (this.run) await host.cancelRun(this.run.id);
    const id = `compare-${++this.counter}`;
    const isWanted = () => this.run?.id === id;
    this.run = { id, event: null };
    this.error = null;
    try {
      const request = { from, to, answers: this.answers, scratch: this.scratch };
      const result = await host.compareSides(request, id, (event) => {
        if (isWanted()) this.run = { id, event };
      });
      if (!isWanted()) return;
      this.result = result;
      this.chosen = new Set(result.changes.map((it) => it.index));
      this.active = -1;
      this.ddl = [];
      this.plan = null;
      const first = changeRows(result.changes, "").find((row) => row.type === "change");
      if (first?.type === "change") void this.look(first.change.index);
      void this.planAgain();
      this.diagram = await host.comparedDiagram(result.number);
    } catch (failure) {
      const error = asAppError(failure);
      if (isWanted() && error.code !== "Cancelled") {
        this.error = error;
        this.result = null;
      }
    } finally {
      if (isWanted()) this.run = null;
    }
  }

  async cancel(): Promise<void> {
    if (this.run) await host.cancelRun(this.run.id);
    this.run = null;
  }

  async answer(question: QuestionView, isRename: boolean): Promise<void> {
    this.answers = [...this.answers, { from: question.from, to: question.to, isRename }];
    await this.compare();
  }

  /** Shows both definitions of what a change is about. */
  async look(index: number): Promise<void> {
    const result = this.result;
    if (!result) return;
    this.active = index;
    await session.attempt(async () => {
      const ddl = await host.comparedDdl(result.number, index);
      if (this.result === result && this.active === index) this.ddl = ddl;
    });
  }

  /** Ticks or unticks changes. */
  choose(indexes: readonly number[], isChosen: boolean): void {
    const these: ReadonlySet<number> = new Set(indexes);
    const others = [...this.chosen].filter((it) => !these.has(it));
    this.chosen = new Set(isChosen ? [...others, ...indexes] : others);
    void this.planAgain();
  }

  setOnline(online: boolean): void {
    this.online = online;
    void this.planAgain();
  }

  private get choice() {
    return { chosen: [...this.chosen], online: this.online };
  }

  private async planAgain(): Promise<void> {
    const result = this.result;
    if (!result) return;
    const asked = ++this.plansAsked;
    void this.cancelProof();
    this.planError = null;
    try {
      const plan = await host.comparedPlan(result.number, this.choice);
      if (asked === this.plansAsked) this.plan = plan;
    } catch (failure) {
      if (asked !== this.plansAsked) return;
      this.plan = null;
      this.planError = asAppError(failure);
    }
  }

  async prove(): Promise<void> {
    const result = this.result;
    const asked = this.plansAsked;
    if (!result) return;
    const id = `prove-${++this.counter}`;
    this.proof = { state: "running", id };
    const isWanted = () => this.proof.state === "running" && this.proof.id === id;
    let proof: Proof;
    try {
      proof = { state: "proved", proof: await host.proveCompared(result.number, this.choice, this.scratch, id, () => undefined) };
    } catch (failure) {
      proof = { state: "failed", error: asAppError(failure) };
    }
    // A proof is of one plan; of the next one it says nothing.
    if (isWanted() && asked === this.plansAsked && this.result === result) this.proof = proof;
  }

  /** Ends a proof that is running; what was made for it is dropped. */
  async cancelProof(): Promise<void> {
    const { proof } = this;
    this.proof = { state: "none" };
    if (proof.state === "running") await host.cancelRun(proof.id);
  }

  async save(file: PlanFile): Promise<void> {
    const result = this.result;
    if (!result) return;
    await session.attempt(async () => {
      const path = await host.saveCompared(result.number, this.choice, file);
      if (path) session.say(t("toast.saved", { path }));
    });
  }
}

export const comparing = new Comparing();
