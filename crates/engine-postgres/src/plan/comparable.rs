//! What means the same is written the same, so that comparing finds what differs and nothing else.

use cadastre_model::*;

/// The model with owners named, and with texts as the server writes them after they went through a script.
pub(crate) fn comparable(model: &Model) -> Model {
    model.adjusted(|model, _, object| {
        name_owner(model, object);
        // What an extension says of itself differs from version to version.
        if matches!(&object.body, Body::Extension(it) if it.own_comment == object.comment) {
            object.comment = None;
        }
        adjust_body(model, object);
    })
}

/// The model as statements are made from it: owners named, and texts such that they become the same in every database.
pub(crate) fn plannable(model: &Model) -> Model {
    model.adjusted(|model, _, object| {
        name_owner(model, object);
        object.body.texts_mut().into_iter().for_each(|text| *text = crate::words::unsettled(text));
    })
}

fn name_owner(model: &Model, object: &mut Object) {
    if has_owner(object) && object.owner.is_none() {
        object.owner.clone_from(&model.origin.owner);
    }
}

/// Whether an object of its kind has an owner that is read. The schema `public` keeps the one it was born with.
fn has_owner(object: &Object) -> bool {
    match object.kind() {
        Kind::Namespace => object.name != "public",
        Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::BaseType => true,
        Kind::Sequence | Kind::Table | Kind::View | Kind::Routine => true,
        Kind::Collation | Kind::Conversion | Kind::TextSearchDictionary | Kind::TextSearchConfiguration => {
            true
        }
        Kind::ForeignDataWrapper | Kind::ForeignServer | Kind::EventTrigger | Kind::Publication => true,
        Kind::Operator | Kind::OperatorFamily | Kind::OperatorClass | Kind::Language | Kind::Statistics => {
            true
        }
        Kind::Extension | Kind::Cast | Kind::Transform | Kind::AccessMethod | Kind::UserMapping => false,
        Kind::TextSearchParser | Kind::TextSearchTemplate | Kind::DefaultPrivileges | Kind::Event => false,
        Kind::Column | Kind::PrimaryKey | Kind::Unique | Kind::ForeignKey | Kind::Check | Kind::Exclusion => {
            false
        }
        Kind::Index | Kind::Rule | Kind::Trigger | Kind::Policy => false,
    }
}

fn adjust_body(model: &Model, object: &mut Object) {
    let heir = object.parent.is_some_and(|parent| match &model.object(parent).body {
        Body::Table(table) => !table.inherits.is_empty(),
        _ => false,
    });
    match &mut object.body {
        // No statement tells a column that is only inherited from one that is declared as well.
        Body::Column(column) if heir && column.inheritance == Inheritance::Merged => {
            column.inheritance = Inheritance::Inherited;
        }
        // A table that leaves one parent for another keeps what it had as its own; of what is inherited no validity is read.
        Body::Check(check) if heir && check.inheritance == Inheritance::Merged => {
            check.inheritance = Inheritance::Inherited;
            check.validated = Validated::Yes;
        }
        // Whether what is never read is there nobody can make so.
        Body::UserMapping(it) | Body::ForeignServer(it) | Body::ForeignDataWrapper(it) => {
            it.definition = crate::defined::told(&it.definition).to_owned();
        }
        // The parents stand in the order in which the table came to them; leaving them would leave it columns of its own.
        Body::Table(table) => {
            table.inherits.sort();
            table.foreign_server =
                table.foreign_server.as_deref().map(|it| crate::defined::told(it).to_owned());
        }
        // The server writes the columns down in the order they have in the table.
        Body::Statistics(it) => it.definition = crate::words::statistics_in_order(&it.definition),
        _ => {}
    }
    object.body.texts_mut().into_iter().for_each(|text| *text = crate::words::settled(text));
}
