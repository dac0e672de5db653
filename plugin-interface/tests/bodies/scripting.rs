//! Closures that take objects, wherever the plugin is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use fixture_interface::scripting::{Canvas, CanvasProxy, Scripts, ScriptsProxy};

/// Runs all of it. A borrowed object that a plugin passes on returns as itself in one
/// process, and as another object from a worker.
pub(crate) fn all(scripts: &mut ScriptsProxy, is_apart: bool) {
    closures_of_the_host_take_objects(scripts, is_apart);
    closures_that_are_kept_take_objects(scripts);
    closures_of_the_plugin_take_objects(scripts);
    objects_are_passed_on(scripts);
    what_borrows_is_lent_for_each_call(scripts);
    a_panic_is_that_of_the_call(scripts);
}

#[derive(Default)]
struct Screen(Vec<String>);

impl Canvas for Screen {
    fn draw(&mut self, text: &str) {
        assert_ne!(text, "ink", "no ink");
        self.0.push(text.to_owned());
    }

    fn drawn(&self) -> String {
        self.0.join("|")
    }
}

fn closures_of_the_host_take_objects(scripts: &ScriptsProxy, is_apart: bool) {
    let length = |canvas: &dyn Canvas| {
        assert!(CanvasProxy::of(canvas).is_some(), "of the plugin");
        canvas.drawn().len()
    };
    assert_eq!(scripts.show(&length), 13);
    assert_eq!((scripts.perhaps(Some(&length)), scripts.perhaps(None)), (Some(7), None));
    let by = 10;
    let looks: Vec<Box<dyn Fn(&dyn Canvas) -> usize + '_>> =
        vec![Box::new(length), Box::new(|canvas| canvas.drawn().len() * by)];
    assert_eq!(scripts.all(looks), [3, 30]);
    let (mut screen, mut numbers) = (Screen::default(), Vec::new());
    scripts.each(&mut screen, &mut |canvas, number| {
        canvas.draw(&format!("the {number}"));
        // The first is the host's own.
        numbers.push((number, CanvasProxy::of(canvas).is_some()));
    });
    assert_eq!((screen.drawn().as_str(), numbers), ("the 1|the 2", vec![(1, is_apart), (2, true)]));
    let mut text = String::new();
    let once = scripts.once(Box::new(|canvas, more| {
        canvas.draw(more);
        text = canvas.drawn();
        "end: ".to_owned()
    }));
    assert_eq!((once.as_str(), text.as_str()), ("end: once more", "once more"));
}

fn closures_that_are_kept_take_objects(scripts: &mut ScriptsProxy) {
    let alive = Arc::new(());
    let kept = Arc::clone(&alive);
    scripts.register("b", Box::new(move |canvas| canvas.draw(&format!("{:?}", kept.as_ref()))));
    scripts.register("a", Box::new(|canvas| canvas.draw("first")));
    let shared: Arc<dyn Fn(&mut dyn Canvas, &dyn Canvas) + Send + Sync> =
        Arc::new(|to, from| to.draw(&from.drawn()));
    scripts.share(Arc::clone(&shared));
    let mut screen = Screen::default();
    assert_eq!((scripts.run(&mut screen), screen.drawn().as_str()), (2, "first|()|shared"));
    let mut found = scripts.found("a").expect("a command");
    assert_eq!(
        (found(&screen), found(&Screen::default())),
        ("a 1 first|()|shared".to_owned(), "a 2 ".to_owned(),)
    );
    drop(found);
    assert!(scripts.found("c").is_none());
    assert_eq!((Arc::strong_count(&alive), Arc::strong_count(&shared)), (2, 2));
    scripts.register("b", Box::new(|_| {}));
    scripts.share(Arc::new(|_, _| {}));
    assert_eq!((Arc::strong_count(&alive), Arc::strong_count(&shared)), (1, 1));
}

fn closures_of_the_plugin_take_objects(scripts: &mut ScriptsProxy) {
    let pen = scripts.pen("pen".to_owned());
    let mut screen = Screen::default();
    assert_eq!((pen(&mut screen), pen(&mut screen), screen.drawn().as_str()), (3, 7, "pen|pen"));
    let drawn = std::thread::scope(|scope| {
        let threads = [(); 3].map(|()| scope.spawn(|| pen(&mut Screen::default())));
        threads.map(|thread| thread.join().unwrap())
    });
    assert_eq!(drawn, [3; 3]);
    // One of the plugin's goes home.
    scripts.register("a", Box::new(move |canvas| _ = pen(canvas)));
    let mut screen = Screen::default();
    scripts.run(&mut screen);
    assert_eq!(screen.drawn(), "pen");
}

fn objects_are_passed_on(scripts: &ScriptsProxy) {
    struct Frame(Box<dyn Canvas>, String);

    impl Canvas for Frame {
        fn draw(&mut self, text: &str) {
            self.0.draw(text);
        }

        fn drawn(&self) -> String {
            self.0.drawn() + &self.1
        }
    }

    let framed = scripts.made(&|canvas, text| Box::new(Frame(canvas, text.to_owned())));
    assert_eq!(
        (framed.as_str(), scripts.made(&|canvas, _| canvas).as_str()),
        ("made here", "made")
    );
}

fn what_borrows_is_lent_for_each_call(scripts: &ScriptsProxy) {
    let mut words = Vec::new();
    let count = scripts.words("one two three", &mut |word, next| {
        words.push((word.at, format!("{} {next:?}", word.text)));
        next.is_some()
    });
    assert_eq!((count, words[2].clone()), (2, (2, "three None".to_owned())));
    assert_eq!(words[..2], [(0, "one Some(\"two\")".into()), (1, "two Some(\"three\")".into())]);
    let many = scripts.many(&|text, numbers, byte, letter, word| {
        let word = word.map_or(0, |word| word.text.len() as u64 * u64::from(word.at));
        let numbers: u32 = numbers.iter().sum();
        text.len() as u64 + u64::from(numbers) + u64::from(byte) + u64::from(letter) + word
    });
    assert_eq!(many, 4 + 3 + 3 + 100 + 20);
    let changed = scripts.change(&mut |texts, number, text| {
        texts.push(text.to_owned());
        *number += texts.len() as u32;
    });
    assert_eq!(changed, (vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], 6));
}

fn a_panic_is_that_of_the_call(scripts: &ScriptsProxy) {
    let panic_of = |call: &mut dyn FnMut()| {
        let payload = catch_unwind(AssertUnwindSafe(call)).expect_err("a panic");
        *payload.downcast::<String>().expect("its message")
    };
    let mut screen = Screen::default();
    // Of the closure of the host, in the plugin, in the host.
    let told = panic_of(&mut || _ = scripts.show(&|canvas| panic!("seen {}", canvas.drawn())));
    assert_eq!(told, "seen of the plugin");
    // Of the host's object, which the plugin gives to the host's closure.
    let told = panic_of(&mut || {
        scripts.each(&mut screen, &mut |canvas, _| canvas.draw("ink"));
    });
    assert!(told.contains("no ink"), "{told}");
    // Of the plugin's closure, and of the host's object within it.
    let empty = scripts.pen(String::new());
    assert_eq!(panic_of(&mut || _ = empty(&mut screen)), "the pen is empty");
    let ink = scripts.pen("ink".to_owned());
    let told = panic_of(&mut || _ = ink(&mut screen));
    assert!(told.contains("no ink"), "{told}");
    let told = panic_of(&mut || {
        drop(scripts.change(&mut |texts, _, _| {
            texts.clear();
            panic!("nothing is changed");
        }));
    });
    assert_eq!(told, "nothing is changed");
    assert_eq!((scripts.show(&|canvas| canvas.drawn().len()), screen.drawn().as_str()), (13, ""));
}
