//! A model as a script for the server's own client. Every statement commits by itself; foreign keys are not looked at while it
//! runs, so that tables come in any order.

use cadastre_engine::{DbError, ErrorCode, Script, ScriptPart};
use cadastre_model::*;

use crate::dialect::literal;
use crate::{loose, render};

const PREAMBLE: &str = "SET NAMES utf8mb4;
SET SESSION time_zone = '+00:00';
SET SESSION foreign_key_checks = 0;
SET SESSION unique_checks = 0;
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO';

";

const OWN_MODE: &str = "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'";

const CLOSING: &str = "SET SESSION foreign_key_checks = 1;
SET SESSION unique_checks = 1;
";

/// Where statements stand among those that are free to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Sequence,
    Routine,
    Table,
    ForeignKey,
    View,
    Trigger,
    Event,
}

/// The script that creates the whole model in an empty database.
///
/// # Errors
/// When statements need each other in a circle; the message names them.
pub(crate) fn create_script(model: &Model) -> Result<Script, DbError> {
    let mut units: Vec<(Rank, u32, String, ObjectId)> = model
        .objects()
        .filter_map(|(id, object)| {
            rank(model, id, object).map(|(rank, order)| (rank, order, model.display_name(id), id))
        })
        .collect();
    units.sort();
    let at: std::collections::HashMap<ObjectId, usize> =
        units.iter().enumerate().map(|(at, unit)| (unit.3, at)).collect();
    let needs: Vec<Vec<usize>> = units
        .iter()
        .map(|unit| {
            model.object(unit.3).depends_on.iter().filter_map(|needed| at.get(needed).copied()).collect()
        })
        .collect();
    let ranks: Vec<usize> = (0..units.len()).collect();
    let order = creation_order(&ranks, &needs).map_err(|cycle| {
        let names: Vec<&str> = cycle.nodes.iter().take(8).map(|&at| units[at].2.as_str()).collect();
        let message =
            format!("writing the script: these views need each other in a circle: {}", names.join(", "));
        DbError::new(ErrorCode::UnsupportedByEngine, message)
            .with_hint("please report it with the definitions of these objects")
    })?;
    let parts = order.into_iter().filter_map(|at| part(model, units[at].3)).collect();
    Ok(Script { preamble: PREAMBLE.into(), parts, closing: CLOSING.into() })
}

fn rank(model: &Model, id: ObjectId, object: &Object) -> Option<(Rank, u32)> {
    Some(match &object.body {
        Body::Sequence(_) => (Rank::Sequence, 0),
        Body::Routine(_) => (Rank::Routine, 0),
        Body::Table(_) => (Rank::Table, 0),
        Body::ForeignKey(_) if loose::is_loose(model, id) => (Rank::ForeignKey, 0),
        Body::View(_) => (Rank::View, 0),
        // Triggers of one event fire in the order of their making.
        Body::Trigger(trigger) => (Rank::Trigger, trigger.order.unwrap_or_default()),
        Body::Event(_) => (Rank::Event, 0),
        _ => return None,
    })
}

/// The statement for one object and those that hang on it, for reading.
pub(crate) fn object_ddl(model: &Model, id: ObjectId) -> String {
    let kinds = [Kind::ForeignKey, Kind::Trigger];
    let satellites = kinds.iter().flat_map(|kind| {
        model.children(id).iter().filter(move |&&child| model.object(child).kind() == *kind)
    });
    let all = std::iter::once(id).chain(satellites.copied());
    all.filter_map(|id| statement(model, id)).map(|sql| format!("{sql};")).collect::<Vec<_>>().join("\n\n")
}

/// The bare statement for one object, or several of a foreign key that is made apart; nothing for what stands in another's.
pub(crate) fn statement(model: &Model, id: ObjectId) -> Option<String> {
    let object = model.object(id);
    Some(match &object.body {
        Body::Table(table) => render::create_table(model.relation(id)?, table),
        Body::View(view) => render::create_view(object, view),
        Body::Sequence(sequence) => render::create_sequence(object, sequence),
        Body::Routine(routine) => render::create_program(object, &routine.definition),
        Body::Trigger(trigger) => render::create_program(object, &trigger.definition),
        Body::Event(event) => render::create_program(object, &event.definition),
        Body::ForeignKey(_) if loose::is_loose(model, id) => {
            let it = loose::make(model, id)?;
            [it.before, vec![it.add], it.after].concat().join(";\n")
        }
        _ => return None,
    })
}

/// The session an object is to be created in, as statements before and after its own; none where any session does. `own_mode` is the
/// script's own SQL mode.
pub(crate) fn session_statements(object: &Object, sql: &str, own_mode: &str) -> (Vec<String>, Vec<String>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    if let Some(session) = object.body.session() {
        before.push(format!("SET SESSION sql_mode = {}", literal(&session.sql_mode)));
        before.extend(
            session.time_zone.as_ref().map(|zone| format!("SET SESSION time_zone = {}", literal(zone))),
        );
        after.push(own_mode.to_owned());
        after.push("SET SESSION time_zone = '+00:00'".to_owned());
    }
    if let Some(client) = object.body.client() {
        // In another character set the text would have other bytes, which a script in UTF-8 cannot hold.
        let is_narrow = matches!(client.character_set.as_str(), "utf8" | "utf8mb3");
        let has_same_bytes = sql.chars().all(|c| c.is_ascii() || (is_narrow && c <= '\u{ffff}'));
        if has_same_bytes {
            before.push(format!("SET SESSION character_set_client = {}", literal(&client.character_set)));
        }
        before.push(format!("SET SESSION collation_connection = {}", literal(&client.collation)));
        after.push("SET NAMES utf8mb4".to_owned());
    }
    (before, after)
}

fn part(model: &Model, id: ObjectId) -> Option<ScriptPart> {
    let sql = statement(model, id)?;
    let object = model.object(id);
    let (before, after) = session_statements(object, &sql, OWN_MODE);
    let lines = |statements: &[String]| statements.iter().map(|it| format!("{it};\n")).collect::<String>();
    // A body has semicolons of its own, so the client needs another end of statement.
    let sql = if object.body.session().is_some() {
        format!("DELIMITER ;;\n{sql};;\nDELIMITER ;\n")
    } else {
        format!("{sql};\n")
    };
    let sql = format!("{}{sql}{}", lines(&before), lines(&after));
    Some(ScriptPart { object: Some(id), sql: sql.trim_end().to_owned() })
}
