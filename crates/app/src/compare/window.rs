//! A comparison as the window shows it: kept until the next one, asked about change by change.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use cadastre_diff::{ChangeKind, Evidence};
use cadastre_model::{Kind, Model, ObjectId};
use cadastre_plan::{Group, Plan, Proof, Step, TimeOuts};
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::drawing::Drawing;
use super::kept::plan_json;
use super::view::*;
use super::{
    Comparison, RenameAnswers, Scratch, Side, Strategy, compare, dialect_of, facet_words, read_side,
};
use crate::diagram::{BoxMove, DiagramView, Rerouted};
use crate::engines;
use crate::error::{AppError, Code};
use crate::run::RunEvent;
use crate::schema::introspect;
use crate::source::Source;
use crate::workspace::Workspace;

/// The comparison the window shows.
#[derive(Debug)]
pub struct KeptComparison {
    number: u32,
    comparison: Comparison,
    drawing: Drawing,
    /// The last proof of a plan of it.
    proof: Mutex<Option<Proof>>,
}

/// The English word of a unit variant, as it is in files.
fn word(it: &impl Serialize) -> String {
    serde_json::to_value(it).ok().and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

fn bounded(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn evidence_view(it: &Evidence) -> EvidenceView {
    let numbers = it.numbers.iter().map(|&number| bounded(number as u64)).collect();
    EvidenceView { clue: it.clue.word().into(), numbers }
}

fn step_view(plan: &Plan, step: &Step) -> StepView {
    let lines = |statements: &[String]| statements.iter().map(|sql| format!("{sql};\n")).collect::<String>();
    let time_outs = step.time_outs.unwrap_or(TimeOuts { lock: 0, statement: 0 });
    StepView {
        object: step.object.clone(),
        sql: lines(&step.statements),
        size: plan.size_of(step).map(|it| SizeView {
            rows: bounded(it.rows),
            mebibytes: it.bytes.map(|bytes| bounded(bytes.div_ceil(1 << 20))),
        }),
        reverse: lines(&step.reverse),
        lock_time_out: time_outs.lock,
        statement_time_out: time_outs.statement,
        work: word(&step.work),
        locks: step
            .locks
            .iter()
            .map(|it| format!("{}: {}", it.table, word(&it.lock).replace('_', " ")))
            .collect(),
        hazards: step
            .hazards
            .iter()
            .map(|it| HazardView {
                kind: word(&it.kind),
                reason: word(&it.reason),
                about: it.about.clone(),
                message: it.message.clone(),
            })
            .collect(),
    }
}

fn note_view(note: &cadastre_plan::Note) -> NoteView {
    NoteView { reason: word(&note.reason), about: note.about.clone(), message: note.message.clone() }
}

fn group_view(plan: &Plan, group: &Group) -> GroupView {
    let steps = group.steps.iter().map(|step| step_view(plan, step)).collect();
    GroupView { transaction: group.transaction, steps }
}

/// What an object is shown under: its relation, or itself.
fn owner_of(model: &Model, id: ObjectId) -> ObjectId {
    let parent = model.object(id).parent.filter(|parent| model.object(*parent).kind() != Kind::Namespace);
    parent.map_or(id, |parent| owner_of(model, parent))
}

impl Comparison {
    fn change_views(&self) -> Vec<ChangeView> {
        let view = |(at, change): (usize, &cadastre_diff::Change)| {
            let (model, id) = self.named(change)?;
            let owner = owner_of(model, id);
            Some(ChangeView {
                index: at as u32,
                change: match change.kind {
                    ChangeKind::Added => "added",
                    ChangeKind::Removed => "removed",
                    ChangeKind::Changed => "changed",
                }
                .into(),
                kind: model.object(id).kind().word().into(),
                name: model.object(id).key(),
                group: model.display_name(owner),
                group_kind: model.object(owner).kind().word().into(),
                facets: facet_words(change).into_iter().map(Into::into).collect(),
            })
        };
        self.diff.changes.iter().enumerate().filter_map(view).collect()
    }

    /// The definitions on both sides of what a change is about, line by line.
    fn ddl(&self, at: usize) -> Result<Vec<DdlLine>, AppError> {
        let dialect = dialect_of(&self.from.origin.engine)?;
        let change = self.diff.changes.get(at).ok_or_else(|| {
            AppError::new(Code::NotFound, "showing a difference: there is no such one")
                .with_hint("compare once more")
        })?;
        let (from, to) = match (change.from, change.to) {
            // What is added to or removed from something is shown in it.
            (None, Some(id)) => (self.to.object(id).parent.and_then(|it| self.diff.from(it)), Some(id)),
            (Some(id), None) => (Some(id), self.from.object(id).parent.and_then(|it| self.diff.to(it))),
            both => both,
        };
        let text = |model: &Model, id: Option<ObjectId>| {
            let whole = id.map(|id| owner_of(model, id));
            // A schema stands for everything in it, which is not what is asked for.
            let whole = whole.filter(|id| {
                change.kind == ChangeKind::Changed || model.object(*id).kind() != Kind::Namespace
            });
            whole.map(|id| dialect.object_ddl(model, id)).unwrap_or_default()
        };
        Ok(side_by_side(&text(&self.from, from), &text(&self.to, to)))
    }

    fn plan_view(&self, choice: &PlanChoice) -> Result<PlanView, AppError> {
        let (picked, also) = self.chosen(choice)?;
        let plan = picked.plan_with_ways_back(strategy(choice))?;
        Ok(PlanView {
            also: also.into_iter().map(|at| at as u32).collect(),
            groups: plan.groups.iter().map(|group| group_view(&plan, group)).collect(),
            notes: plan.notes.iter().map(note_view).collect(),
            script: if plan.is_empty() { String::new() } else { picked.script(&plan)? },
            reverse: if plan.is_empty() { String::new() } else { picked.script(&picked.reverse()?)? },
            hash: plan.hash(),
        })
    }

    fn chosen(&self, choice: &PlanChoice) -> Result<(Self, Vec<usize>), AppError> {
        let chosen: BTreeSet<usize> = choice.chosen.iter().map(|at| *at as usize).collect();
        self.picked(&chosen)
    }
}

fn strategy(choice: &PlanChoice) -> Strategy {
    if choice.online { Strategy::Online } else { Strategy::Direct }
}

/// Two texts line by line; what was replaced stands beside what replaces it.
fn side_by_side(left: &str, right: &str) -> Vec<DdlLine> {
    // Lines without their ends: whether the last one has one means nothing.
    let (left, right): (Vec<&str>, Vec<&str>) = (left.lines().collect(), right.lines().collect());
    let diff = TextDiff::from_slices(&left, &right);
    let mut lines: Vec<DdlLine> = Vec::new();
    // The first line that still waits for its counterpart.
    let mut waiting = 0;
    for change in diff.iter_all_changes() {
        let text = change.value().to_owned();
        match change.tag() {
            ChangeTag::Equal => {
                lines.push(DdlLine { left: Some(text.clone()), right: Some(text), same: true });
                waiting = lines.len();
            }
            ChangeTag::Delete => lines.push(DdlLine { left: Some(text), right: None, same: false }),
            ChangeTag::Insert => match lines.get_mut(waiting).filter(|line| line.right.is_none()) {
                Some(line) => {
                    line.right = Some(text);
                    waiting += 1;
                }
                None => {
                    lines.push(DdlLine { left: None, right: Some(text), same: false });
                    waiting = lines.len();
                }
            },
        }
    }
    lines
}

impl Workspace {
    /// Reads two sides, compares them, and keeps what came of it until the next comparison.
    ///
    /// # Errors
    /// What cannot be reached, read or compared.
    pub async fn compare_sides(
        &self,
        request: &CompareRequest,
        run_id: &str,
        report: impl Fn(RunEvent) + Send + Sync + 'static,
    ) -> Result<ComparisonView, AppError> {
        let run = self.runs.start(run_id, report);
        let scratch = request.scratch.map(|id| self.scratch_of(id)).transpose()?;
        let engines = (self.engine_of(&request.from), self.engine_of(&request.to));
        let (from_side, from_title) =
            self.read_choice(&request.from, scratch.as_ref(), engines.1.as_deref(), &run.context).await?;
        let (to_side, to_title) =
            self.read_choice(&request.to, scratch.as_ref(), engines.0.as_deref(), &run.context).await?;
        let side = |side: &Side, title: String| SideView {
            title,
            version: engines::product(&side.model.origin),
            fingerprint: side.model.fingerprint().to_string(),
        };
        let (from, to) = (side(&from_side, from_title), side(&to_side, to_title));
        let answers = RenameAnswers { answered: request.answers.clone(), ..RenameAnswers::default() };
        let comparison = compare(from_side, to_side, &answers).await?;
        let layout = match &request.from {
            SideChoice::Source { source } => self.store.layout(&source.key())?,
            SideChoice::File { .. } => Vec::new(),
        };
        let drawing = Drawing::new(&comparison, &layout)?;
        let number = self.next_reading();
        let view = ComparisonView {
            number,
            engine: comparison.from.origin.engine.clone(),
            from,
            to,
            renames: comparison.rename_statements().cloned().collect(),
            questions: comparison
                .open_questions
                .iter()
                .map(|it| QuestionView {
                    from: it.from.clone(),
                    to: it.to.clone(),
                    evidence: it.evidence.iter().map(evidence_view).collect(),
                })
                .collect(),
            across: comparison.across.clone(),
            changes: comparison.change_views(),
        };
        *self.kept_comparison() =
            Some(Arc::new(KeptComparison { number, comparison, drawing, proof: Mutex::default() }));
        Ok(view)
    }

    async fn read_choice(
        &self,
        choice: &SideChoice,
        scratch: Option<&Scratch>,
        engine_of_other: Option<&str>,
        context: &cadastre_engine::RunContext,
    ) -> Result<(Side, String), AppError> {
        match choice {
            SideChoice::Source { source: Source::Demo } => {
                let target = crate::demo::prepare(&self.folder())?;
                let model = introspect(&target, None, &[], context).await?;
                Ok((Side { model, live: Some((Box::new(target), None)) }, "demo".into()))
            }
            SideChoice::Source { source: Source::Connection { id } } => {
                let (target, secret, connection) = self.connection_target(*id)?;
                let model = introspect(&target, secret.clone(), &[], context).await?;
                Ok((Side { model, live: Some((Box::new(target), secret)) }, connection.name))
            }
            SideChoice::File { path } => {
                let side = read_side(path, &[], scratch, engine_of_other, &self.folder(), context).await?;
                let name = std::path::Path::new(path).file_name();
                Ok((side, name.map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned())))
            }
        }
    }

    fn engine_of(&self, choice: &SideChoice) -> Option<String> {
        match choice {
            SideChoice::Source { source: Source::Connection { id } } => {
                self.connection_target(*id).ok().map(|(target, ..)| target.engine().to_owned())
            }
            _ => None,
        }
    }

    /// The server of a connection, for databases of our own.
    fn scratch_of(&self, id: u32) -> Result<Scratch, AppError> {
        let (target, secret, _) = self.connection_target(id)?;
        Ok(Scratch::new(target, secret))
    }

    fn comparison(&self, number: u32) -> Result<Arc<KeptComparison>, AppError> {
        let kept = self.kept_comparison().clone().filter(|kept| kept.number == number);
        kept.ok_or_else(|| {
            AppError::new(Code::NotFound, "this comparison was replaced by another one")
                .with_hint("compare once more")
        })
    }

    /// The definitions on both sides of what a change is about.
    ///
    /// # Errors
    /// When another comparison was made since.
    pub fn compared_ddl(&self, number: u32, index: u32) -> Result<Vec<DdlLine>, AppError> {
        self.comparison(number)?.comparison.ddl(index as usize)
    }

    /// The plan of some of the changes, with those that they need.
    ///
    /// # Errors
    /// When another comparison was made since, or the changes cannot be planned.
    pub fn compared_plan(&self, number: u32, choice: &PlanChoice) -> Result<PlanView, AppError> {
        self.comparison(number)?.comparison.plan_view(choice)
    }

    /// A plan, or a script of it, as text for a file.
    ///
    /// # Errors
    /// When another comparison was made since, or the changes cannot be planned.
    pub fn compared_file(
        &self,
        number: u32,
        choice: &PlanChoice,
        file: PlanFile,
    ) -> Result<String, AppError> {
        let kept = self.comparison(number)?;
        let (picked, _) = kept.comparison.chosen(choice)?;
        match file {
            PlanFile::Script => picked.script(&picked.plan(strategy(choice))?),
            PlanFile::Reverse => picked.script(&picked.reverse()?),
            PlanFile::Plan => {
                let mut plan = picked.plan_with_ways_back(strategy(choice))?;
                // A proof of another choice says nothing about this one.
                let hash = plan.hash();
                let proof = kept.proof.lock().unwrap_or_else(PoisonError::into_inner).clone();
                plan.proof = proof.filter(|it| it.plan == hash);
                plan_json(&plan)
            }
        }
    }

    /// Runs the plan of the chosen changes and its way back on a scratch database.
    ///
    /// # Errors
    /// [`Code::ProofFailed`]; what keeps the scratch server from answering.
    pub async fn prove_compared(
        &self,
        number: u32,
        choice: &PlanChoice,
        scratch: Option<u32>,
        run_id: &str,
        report: impl Fn(RunEvent) + Send + Sync + 'static,
    ) -> Result<ProofView, AppError> {
        let run = self.runs.start(run_id, report);
        let kept = self.comparison(number)?;
        let (picked, _) = kept.comparison.chosen(choice)?;
        let scratch = scratch.map(|id| self.scratch_of(id)).transpose()?;
        let proof = picked.prove(strategy(choice), scratch.as_ref(), &run.context).await?;
        let view = ProofView {
            server: proof.server.clone(),
            watched_steps: proof.watched_steps,
            tables_with_rows: proof.tables_with_rows,
        };
        *kept.proof.lock().unwrap_or_else(PoisonError::into_inner) = Some(proof);
        Ok(view)
    }

    /// Both schemas in one diagram, what differs marked.
    ///
    /// # Errors
    /// When another comparison was made since.
    pub fn compared_diagram(&self, number: u32) -> Result<DiagramView, AppError> {
        Ok(self.comparison(number)?.drawing.view())
    }

    /// Moves boxes of the diagram of a comparison; returns the new ways of the links at them. Nothing of it is kept.
    ///
    /// # Errors
    /// When another comparison was made since.
    pub fn move_compared(&self, number: u32, moves: &[BoxMove]) -> Result<Vec<Rerouted>, AppError> {
        Ok(self.comparison(number)?.drawing.move_boxes(moves))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_replaced_stands_beside_what_replaces_it() {
        let lines = side_by_side("a\nb\nc\nd\n", "a\nx\ny\nz\nd\n");
        let pair =
            |line: &DdlLine| (line.left.clone().unwrap_or_default(), line.right.clone().unwrap_or_default());
        let pairs: Vec<(String, String)> = lines.iter().map(pair).collect();
        let text = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(pairs, [text("a", "a"), text("b", "x"), text("c", "y"), text("", "z"), text("d", "d")]);
        assert!(lines[0].same && !lines[1].same);
        assert!(side_by_side("a\nb", "a\nb\nc").iter().take(2).all(|line| line.same));
        assert_eq!(side_by_side("", "a\n"), [DdlLine { left: None, right: Some("a".into()), same: false }]);
    }
}
