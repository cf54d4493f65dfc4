//! Order and groups.

use crate::*;

fn action(rank: u16, sql: &str, needs: &[usize], transactional: Transactional) -> Action {
    let step = Step { object: sql.into(), statements: vec![sql.into()], ..Step::default() };
    Action { rank, name: sql.into(), step, transactional, needs: needs.to_vec() }
}

#[test]
fn actions_stand_after_what_they_need_and_share_transactions_where_they_may() {
    let groups = arrange(vec![
        action(5, "view", &[2], Transactional::Yes),
        action(1, "value", &[], Transactional::No),
        action(9, "table", &[], Transactional::Yes),
    ])
    .unwrap();
    let words: Vec<(bool, Vec<&str>)> = groups
        .iter()
        .map(|group| (group.transaction, group.steps.iter().map(|step| step.object.as_str()).collect()))
        .collect();
    assert_eq!(words, [(false, vec!["value"]), (true, vec!["table", "view"])]);
}

#[test]
fn a_circle_is_named_and_not_broken() {
    let circle = arrange(vec![
        action(1, "a", &[1], Transactional::Yes),
        action(1, "b", &[0], Transactional::Yes),
        action(1, "c", &[], Transactional::Yes),
    ]);
    assert_eq!(circle.unwrap_err().nodes, [0, 1]);
}

#[test]
fn a_plan_is_read_back_and_keeps_its_hash() {
    let mut plan = Plan::new("any", "a".into(), "b".into());
    plan.groups = arrange(vec![action(1, "a", &[], Transactional::Yes)]).unwrap();
    let text = serde_json::to_string(&plan).unwrap();
    let back: Plan = serde_json::from_str(&text).unwrap();
    assert_eq!((back.hash(), back), (plan.hash(), plan));
}

#[test]
fn a_summary_has_a_line_for_each_step_whatever_its_layout() {
    let mut plan = Plan::new("any", "a".into(), "b".into());
    plan.groups = arrange(vec![action(1, "ALTER TABLE t\n    ADD x", &[], Transactional::Yes)]).unwrap();
    let text = summary(&plan);
    assert!(text.starts_with("1 step in 1 group\n") && text.contains(": ALTER TABLE t ADD x\n"), "{text}");
}

#[test]
fn a_proof_is_of_one_plan_between_two_schemas() {
    let mut plan = Plan::new("any", "a".into(), "b".into());
    plan.groups = arrange(vec![action(1, "a", &[], Transactional::Yes)]).unwrap();
    let bare = plan.hash();
    plan.proof = Some(Proof {
        plan: bare.clone(),
        from: "a".into(),
        to: "b".into(),
        server: "any 1".into(),
        watched_steps: 1,
        tables_with_rows: 0,
    });
    assert!(plan.is_proved() && plan.hash() == bare);
    let other_end = Plan { to: "c".into(), ..plan.clone() };
    let other_steps = Plan { groups: Vec::new(), ..plan.clone() };
    assert!(!other_end.is_proved() && !other_steps.is_proved());
}
