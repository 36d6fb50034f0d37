//! A call with nothing wrong.

use crate::loaded::each_list;
use crate::mistake::Mistake;
use crate::scene::{READ_ONLY, READ_WRITE, Scene};
use crate::trial;

#[test]
fn a_good_call_is_answered_as_its_row_says_in_a_read_only_session_and_in_a_read_write_one() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        // C_Finalize ends it all: `states` calls it.
        for row in scene.rows().filter(|row| row.name != "C_Finalize") {
            for flags in [READ_ONLY, READ_WRITE] {
                trial::run(&scene, row, flags, &Mistake::none(row));
            }
        }
    });
}
