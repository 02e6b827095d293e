//! The watcher with real folders, and with a simulated system.

use std::fs;
use std::io::{self, Write as _};
use std::panic::Location;
use std::path::Path;
use std::process;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;

use notify::event::{CreateKind, DataChange, EventKind, Flag, ModifyKind};

use super::*;

/// How long a test waits for an expected event. Only reached if the test fails.
const PATIENCE: Duration = Duration::from_mins(2);

type Tested = Result<(), Box<dyn std::error::Error>>;

/// Ends the tests when a watcher waits in vain, so that they fail instead of hanging: nothing else ends that wait.
struct Alarm(Option<Sender<()>>);

impl Alarm {
    #[track_caller]
    fn set() -> Self {
        let (calm, waiting) = mpsc::channel::<()>();
        let caller = Location::caller();
        thread::spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let _ = writeln!(io::stderr(), "{caller}: the watcher waits in vain");
                process::abort();
            }
        });
        Self(Some(calm))
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.0.take();
    }
}

/// A folder, and a watcher used as the preview uses it.
struct Scene {
    folder: tempfile::TempDir,
    watcher: Watcher,
    /// Every path that changed or was found in a newly watched folder.
    seen: BTreeSet<PathBuf>,
    /// How many batches came, and how many said that everything may have changed.
    batches: usize,
    everything: usize,
}

impl Scene {
    /// Makes files with their folders, and watches all folders.
    fn new(files: &[&str]) -> io::Result<Self> {
        let mut scene = Self {
            folder: tempfile::tempdir()?,
            watcher: Watcher::new(WatchOptions::default()),
            seen: BTreeSet::new(),
            batches: 0,
            everything: 0,
        };
        for file in files {
            scene.write(file, "before")?;
        }
        scene.watch();
        scene.forget();
        assert_eq!(scene.watcher.notices(), []);
        Ok(scene)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) -> io::Result<()> {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, text)
    }

    /// Lists all folders that are there and looks into the newly watched ones, as a build does.
    fn watch(&mut self) {
        loop {
            let mut folders = BTreeSet::from([self.folder.path().to_path_buf()]);
            folders_below(self.folder.path(), &mut folders);
            let new = self.watcher.watch(&folders);
            if new.is_empty() {
                return;
            }
            for entry in new.iter().flat_map(fs::read_dir).flatten().flatten() {
                self.seen.insert(entry.path());
            }
        }
    }

    fn forget(&mut self) {
        self.seen.clear();
        self.batches = 0;
        self.everything = 0;
    }

    /// Takes batches until the condition holds.
    #[track_caller]
    fn until(&mut self, condition: impl Fn(&Self) -> bool) {
        let alarm = Alarm::set();
        while !condition(self) {
            let changes = self.watcher.next();
            assert_ne!(changes, Changes::default(), "an empty batch");
            self.seen.extend(changes.paths);
            self.batches += 1;
            self.everything += usize::from(changes.everything);
            self.watch();
        }
        drop(alarm);
    }

    #[track_caller]
    fn until_seen(&mut self, path: &str) {
        let path = self.path(path);
        self.until(|scene| scene.seen.contains(&path));
    }

    #[track_caller]
    fn until_everything(&mut self) {
        self.until(|scene| scene.everything > 0);
    }
}

fn folders_below(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() && found.insert(entry.path()) {
            folders_below(&entry.path(), found);
        }
    }
}

#[test]
fn a_file_that_comes_changes_and_goes_is_told_of() -> Tested {
    let mut scene = Scene::new(&["a.md"])?;
    scene.write("a.md", "after")?;
    scene.until_seen("a.md");
    assert_eq!(scene.seen, BTreeSet::from([scene.path("a.md")]));
    assert_eq!(scene.everything, 0);

    scene.write("b.md", "new")?;
    scene.until_seen("b.md");

    scene.forget();
    fs::remove_file(scene.path("b.md"))?;
    scene.until_seen("b.md");

    scene.forget();
    fs::rename(scene.path("a.md"), scene.path("c.md"))?;
    scene.until_seen("c.md");
    scene.until_seen("a.md");
    Ok(())
}

#[test]
fn every_way_in_which_editors_save_is_told_of() -> Tested {
    let mut scene = Scene::new(&["billing/refund.md"])?;
    let article = scene.path("billing/refund.md");
    let beside = |name: &str| article.with_file_name(name);

    // Written beside and renamed over: most editors, with names of their own.
    for temporary in [
        ".refund.md.swp",
        "refund.md___jb_tmp___",
        "refund.md~",
        ".goutputstream-1",
    ] {
        scene.forget();
        fs::write(beside(temporary), temporary)?;
        fs::rename(beside(temporary), &article)?;
        scene.until_seen("billing/refund.md");
    }

    // vim: tries whether it can write, renames the old file away, writes a new one.
    scene.forget();
    fs::write(beside("4913"), "")?;
    fs::remove_file(beside("4913"))?;
    fs::rename(&article, beside("refund.md~"))?;
    fs::write(&article, "vim")?;
    fs::remove_file(beside("refund.md~"))?;
    scene.until_seen("billing/refund.md");

    // emacs: a lock and a copy of unsaved text beside, then written in place.
    scene.forget();
    fs::write(beside("#refund.md#"), "unsaved")?;
    #[cfg(unix)]
    std::os::unix::fs::symlink("writer@desk.1:1", beside(".#refund.md"))?;
    fs::write(&article, "emacs")?;
    #[cfg(unix)]
    fs::remove_file(beside(".#refund.md"))?;
    fs::remove_file(beside("#refund.md#"))?;
    scene.until_seen("billing/refund.md");

    // Emptied first, written later.
    scene.forget();
    let mut file = fs::File::create(&article)?;
    thread::sleep(Duration::from_millis(60));
    io::Write::write_all(&mut file, b"late")?;
    drop(file);
    scene.until_seen("billing/refund.md");
    Ok(())
}

#[test]
fn reading_is_not_told_of() -> Tested {
    let mut scene = Scene::new(&["read.md", "folder/read.md"])?;
    for _ in 0..3 {
        for file in ["read.md", "folder/read.md"] {
            assert_eq!(fs::read_to_string(scene.path(file))?, "before");
        }
        assert_eq!(fs::read_dir(scene.path("folder"))?.count(), 1);
    }
    scene.write("written.md", "")?;
    scene.until_seen("written.md");
    assert_eq!(scene.seen, BTreeSet::from([scene.path("written.md")]));
    Ok(())
}

#[test]
fn a_file_in_a_folder_just_made_is_found() -> Tested {
    let mut scene = Scene::new(&["a.md"])?;
    for round in 0..20 {
        let file = format!("new{round}/deep/deeper/b.md");
        scene.write(&file, "at once")?;
        scene.until_seen(&file);
    }
    // And what happens there later.
    scene.forget();
    scene.write("new7/deep/deeper/b.md", "later")?;
    scene.until_seen("new7/deep/deeper/b.md");
    assert_eq!(scene.everything, 0, "nothing was replaced");
    Ok(())
}

#[test]
fn a_renamed_folder_is_told_of_and_watched_under_its_new_name() -> Tested {
    let mut scene = Scene::new(&["a/deep/x.md", "b.md"])?;
    fs::rename(scene.path("a"), scene.path("z"))?;
    scene.until_everything();
    scene.until_seen("z");
    scene.until_seen("a");

    scene.forget();
    scene.write("z/deep/x.md", "after")?;
    scene.until_seen("z/deep/x.md");
    assert!(!scene.seen.contains(&scene.path("a/deep/x.md")));

    // Another folder takes its place.
    scene.forget();
    scene.write("a/deep/x.md", "another")?;
    scene.until_seen("a/deep/x.md");
    scene.forget();
    scene.write("a/deep/x.md", "after")?;
    scene.until_seen("a/deep/x.md");
    Ok(())
}

#[test]
fn a_folder_that_is_deleted_and_made_again_is_watched_again() -> Tested {
    let mut scene = Scene::new(&["a/x.md", "a/deep/y.md"])?;
    for round in 0..10 {
        scene.forget();
        fs::remove_dir_all(scene.path("a"))?;
        scene.write("a/deep/y.md", &format!("round {round}"))?;
        scene.until_everything();
        scene.until_seen("a/deep/y.md");
    }
    scene.forget();
    scene.write("a/deep/y.md", "after all")?;
    scene.until_seen("a/deep/y.md");
    Ok(())
}

/// The content folder itself: nothing listed leads to it.
#[test]
fn the_only_listed_folder_may_go_and_come_back() -> Tested {
    let outer = tempfile::tempdir()?;
    let root = outer.path().join("project/content");
    fs::create_dir_all(&root)?;
    let listed = BTreeSet::from([root.clone()]);
    let mut watcher = Watcher::new(WatchOptions::default());
    assert_eq!(watcher.watch(&listed), [root.as_path()]);
    assert_eq!(watcher.watch(&listed), Vec::<PathBuf>::new(), "nothing is new");
    let _alarm = Alarm::set();

    fs::remove_dir_all(outer.path().join("project"))?;
    assert!(watcher.next().everything);
    assert_eq!(watcher.watch(&listed), Vec::<PathBuf>::new(), "it is not there");
    // What else happens in the folder that is watched instead is nobody's business.
    fs::write(outer.path().join("other.md"), "")?;
    fs::create_dir(outer.path().join("project"))?;
    fs::create_dir(&root)?;
    fs::write(root.join("a.md"), "")?;
    let mut found = false;
    while !found {
        let changes = watcher.next();
        assert!(!changes.paths.contains(&outer.path().join("other.md")));
        watcher.watch(&listed);
        found = changes.paths.contains(&root.join("a.md")) || (changes.everything && root.join("a.md").exists());
    }
    fs::write(root.join("b.md"), "")?;
    while !watcher.next().paths.contains(&root.join("b.md")) {}
    Ok(())
}

#[test]
fn folders_no_longer_listed_are_let_go() -> Tested {
    let mut scene = Scene::new(&["a/x.md", "b/x.md"])?;
    let (a, b) = (scene.path("a"), scene.path("b"));
    let _alarm = Alarm::set();
    assert_eq!(scene.watcher.watch(&BTreeSet::from([b.clone()])), Vec::<PathBuf>::new());
    scene.write("a/x.md", "unheard")?;
    scene.write("b/x.md", "heard")?;
    let changes = scene.watcher.next();
    assert_eq!(changes.paths, BTreeSet::from([b.join("x.md")]));
    assert_eq!(scene.watcher.watch(&BTreeSet::from([a.clone(), b])), [a]);
    Ok(())
}

#[test]
fn many_files_at_once_come_in_few_batches_and_none_is_lost() -> Tested {
    let names: Vec<String> = (0..500).map(|n| format!("{}/{n}.md", n % 20)).collect();
    let mut scene = Scene::new(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    for name in &names {
        scene.write(name, "another branch")?;
    }
    let all: BTreeSet<PathBuf> = names.iter().map(|name| scene.path(name)).collect();
    scene.until(|scene| scene.seen.is_superset(&all));
    assert!(scene.batches < 100, "{} batches", scene.batches);
    Ok(())
}

#[cfg(unix)]
#[test]
fn linked_folders_are_told_of_by_the_names_that_were_listed() -> Tested {
    use std::os::unix::fs::symlink;

    let mut scene = Scene::new(&["one/x.md", "two/x.md"])?;
    symlink(scene.path("one"), scene.path("link"))?;
    scene.until_seen("link");
    scene.forget();
    scene.write("one/x.md", "after")?;
    scene.until_seen("one/x.md");
    scene.until_seen("link/x.md");

    // The link leads elsewhere from one moment to the next, as when a release is switched.
    symlink(scene.path("two"), scene.path("link.new"))?;
    scene.until_seen("link.new");
    scene.forget();
    fs::rename(scene.path("link.new"), scene.path("link"))?;
    scene.until_everything();
    scene.forget();
    scene.write("two/x.md", "after")?;
    scene.until_seen("link/x.md");
    assert!(!scene.seen.contains(&scene.path("one/x.md")));

    scene.forget();
    scene.write("one/x.md", "after that")?;
    scene.until_seen("one/x.md");
    assert!(!scene.seen.contains(&scene.path("link/x.md")));
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_linked_root_is_told_of_by_the_name_of_the_link() -> Tested {
    let outer = tempfile::tempdir()?;
    let (real, link) = (outer.path().join("real"), outer.path().join("link"));
    fs::create_dir_all(real.join("deep"))?;
    std::os::unix::fs::symlink(&real, &link)?;
    let mut watcher = Watcher::new(WatchOptions::default());
    let listed = BTreeSet::from([link.clone(), link.join("deep")]);
    assert_eq!(watcher.watch(&listed), [link.clone(), link.join("deep")]);
    let _alarm = Alarm::set();
    fs::write(real.join("deep/a.md"), "")?;
    let changes = watcher.next();
    assert_eq!(changes.paths, BTreeSet::from([link.join("deep/a.md")]));

    // The whole link leads elsewhere.
    let other = outer.path().join("other");
    fs::create_dir_all(other.join("deep"))?;
    fs::remove_file(&link)?;
    std::os::unix::fs::symlink(&other, &link)?;
    while !watcher.next().everything {}
    watcher.watch(&listed);
    fs::write(other.join("deep/b.md"), "")?;
    while !watcher.next().paths.contains(&link.join("deep/b.md")) {}
    Ok(())
}

#[test]
fn polling_asks_for_everything_again_and_again() -> Tested {
    let options = WatchOptions {
        poll: true,
        ..WatchOptions::default()
    };
    let folder = tempfile::tempdir()?;
    let listed = BTreeSet::from([folder.path().to_path_buf()]);
    let mut watcher = Watcher::new(options);
    let _alarm = Alarm::set();
    assert_eq!(watcher.watch(&listed), [folder.path()]);
    assert_eq!(watcher.notices(), [], "it was asked for");
    let begin = Instant::now();
    for _ in 0..2 {
        let changes = watcher.next();
        assert!(changes.everything && changes.paths.is_empty());
    }
    assert!(begin.elapsed() >= 2 * POLL_INTERVAL);
    Ok(())
}

/// A system that can watch a limited number of folders.
#[derive(Debug)]
struct Limited {
    left: usize,
}

impl System for Limited {
    fn change(&mut self, old: &[PathBuf], new: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
        self.left += old.len();
        self.left = self.left.checked_sub(new.len()).ok_or("the limit is reached")?;
        Ok(Vec::new())
    }
}

/// A watcher of one folder whose events the test sends.
fn played(options: WatchOptions, folder: &Path) -> (Watcher, Sender<ChangeEvent>) {
    let mut watcher = Watcher::with_system(options, |_| Ok(Box::new(Limited { left: 9 })));
    watcher.watch(&BTreeSet::from([folder.to_path_buf()]));
    let sender = watcher.sender.clone();
    (watcher, sender)
}

fn write_event(path: PathBuf) -> notify::Event {
    notify::Event::new(EventKind::Modify(ModifyKind::Data(DataChange::Any))).add_path(path)
}

#[test]
fn a_limit_that_is_reached_leads_to_polling_and_is_told_once() -> Tested {
    let folder = tempfile::tempdir()?;
    let folders: BTreeSet<PathBuf> = (0..5).map(|n| folder.path().join(n.to_string())).collect();
    for folder in &folders {
        fs::create_dir(folder)?;
    }
    let mut watcher = Watcher::with_system(WatchOptions::default(), |_| Ok(Box::new(Limited { left: 3 })));
    let _alarm = Alarm::set();
    let few: BTreeSet<PathBuf> = folders.iter().take(2).cloned().collect();
    assert_eq!(watcher.watch(&few).len(), 2);
    assert_eq!(watcher.notices(), []);
    assert_eq!(watcher.watch(&folders).len(), 3);
    let reason = String::from("the limit is reached");
    assert_eq!(watcher.notices(), [Notice::Polling { reason }]);
    assert!(watcher.next().everything);
    watcher.watch(&folders);
    assert_eq!(watcher.notices(), [], "told once");
    Ok(())
}

#[test]
fn a_system_that_cannot_watch_leads_to_polling() {
    let mut watcher = Watcher::with_system(WatchOptions::default(), |_| Err(String::from("no events here")));
    let _alarm = Alarm::set();
    let reason = String::from("no events here");
    assert_eq!(watcher.notices(), [Notice::Polling { reason }]);
    assert!(watcher.next().everything);
}

#[test]
fn lost_events_mean_everything() -> Tested {
    let folder = tempfile::tempdir()?;
    let (mut watcher, sender) = played(WatchOptions::default(), folder.path());
    let _alarm = Alarm::set();
    let rescan = notify::Event::new(EventKind::Other).set_flag(Flag::Rescan);
    let failed = notify::Error::generic("the queue is broken");
    for event in [Ok(rescan), Err(failed)] {
        sender.send((Instant::now(), event))?;
        assert!(watcher.next().everything);
    }
    Ok(())
}

#[test]
fn what_came_while_the_caller_was_busy_is_one_batch() -> Tested {
    let folder = tempfile::tempdir()?;
    let real = folder.path().canonicalize()?;
    let (mut watcher, sender) = played(WatchOptions::default(), folder.path());
    let _alarm = Alarm::set();
    let long_ago = Instant::now()
        .checked_sub(Duration::from_secs(3))
        .ok_or("the clock is young")?;
    for n in 0..300 {
        let at = long_ago + n * Duration::from_millis(10);
        sender.send((at, Ok(write_event(real.join(n.to_string())))))?;
    }
    assert_eq!(watcher.next().paths.len(), 300);
    Ok(())
}

#[test]
fn a_stream_without_a_pause_is_given_out_in_between() -> Tested {
    let folder = tempfile::tempdir()?;
    let real = folder.path().canonicalize()?;
    let options = WatchOptions {
        quiet: 2 * PATIENCE,
        most: Duration::from_millis(100),
        ..WatchOptions::default()
    };
    let (mut watcher, sender) = played(options, folder.path());
    let _alarm = Alarm::set();
    // One event, and no pause that is long enough after it.
    sender.send((Instant::now(), Ok(write_event(real.join("a.md")))))?;
    assert_eq!(watcher.next().paths.len(), 1);

    let (calm, waiting) = mpsc::channel::<()>();
    let stream = thread::spawn(move || {
        while waiting.recv_timeout(Duration::from_millis(5)) == Err(RecvTimeoutError::Timeout) {
            let event = write_event(real.join("a.md"));
            if sender.send((Instant::now(), Ok(event))).is_err() {
                return;
            }
        }
    });
    for _ in 0..3 {
        assert_eq!(watcher.next().paths.len(), 1);
    }
    drop(calm);
    stream.join().map_err(|_| "panicked")?;
    Ok(())
}

/// The folder was listed before its own coming was told of: no reason to compare everything.
#[test]
fn a_folder_told_of_late_is_not_taken_for_another_one() -> Tested {
    let folder = tempfile::tempdir()?;
    let real = folder.path().canonicalize()?;
    let new = folder.path().join("new");
    let (mut watcher, sender) = played(WatchOptions::default(), folder.path());
    let _alarm = Alarm::set();
    fs::create_dir(&new)?;
    watcher.watch(&BTreeSet::from([folder.path().to_path_buf(), new.clone()]));
    let came = notify::Event::new(EventKind::Create(CreateKind::Folder)).add_path(real.join("new"));
    sender.send((Instant::now(), Ok(came)))?;
    let changes = watcher.next();
    assert_eq!(changes.paths, BTreeSet::from([new]));
    assert!(!changes.everything);
    Ok(())
}
