//! A real browser, where there is one: Chromium without a window, spoken to through two pipes in its own
//! debugging protocol (one JSON message after another, a zero byte after each).

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a message may take on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(90);

/// A browser with one page.
pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    next: u64,
    session: String,
    /// Everything that happened and was not an answer.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// A page as it was rendered.
#[derive(Debug)]
pub struct Seen {
    /// Width of all that there is, in CSS pixels.
    pub content_width: f64,
    /// Smallest size of any text, in CSS pixels.
    pub smallest_text: f64,
    /// Addresses that were asked for, but for the page itself and data in it.
    pub requests: Vec<String>,
    /// What the console complains of.
    pub complaints: Vec<String>,
    /// Role and name of everything that a screen reader is told of.
    pub told: Vec<(String, String)>,
}

/// The browser's program, if this machine has one.
pub fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name)))
        .find(|program| program.is_file())
}

impl Browser {
    pub fn start(program: &Path) -> Browser {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        // The browser reads descriptor 3 and writes descriptor 4.
        let mut child = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#])
            .arg(program)
            .args([
                "--headless",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let to = child.stdin.take().expect("a pipe");
        let mut answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let (send, from) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while answers.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let Ok(value) = serde_json::from_slice(&message) else { break };
                if send.send(value).is_err() {
                    break;
                }
                message.clear();
            }
        });
        let mut browser = Browser {
            child,
            to,
            from,
            next: 0,
            session: String::new(),
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.ask("Target.createTarget", json!({"url": "about:blank"}));
        let attached =
            browser.ask("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        browser.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Network", "Log", "Runtime", "Accessibility"] {
            browser.ask(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Sends a message and waits for its answer.
    #[track_caller]
    pub fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.next += 1;
        let mut message = json!({"id": self.next, "method": method, "params": parameters});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.to.write_all(message.to_string().as_bytes()).expect("the browser listens");
        self.to.write_all(&[0]).expect("the browser listens");
        loop {
            let answer = self.receive(method);
            if answer["id"] == json!(self.next) {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    #[track_caller]
    fn receive(&mut self, wanted: &str) -> Value {
        self.from
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|why| panic!("the browser does not answer {wanted}: {why}"))
    }

    /// Opens a file at a width, keeps a picture of it, and tells what there was to see.
    #[track_caller]
    pub fn look(&mut self, file: &Path, width: u32, dark: bool, screenshot: &Path) -> Seen {
        self.events.clear();
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 600}),
        );
        let scheme = if dark { "dark" } else { "light" };
        self.ask(
            "Emulation.setEmulatedMedia",
            json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        );
        let page = format!("file://{}", file.display());
        self.ask("Page.navigate", json!({"url": page}));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.receive("Page.loadEventFired");
            self.events.push(event);
        }
        let metrics = self.ask("Page.getLayoutMetrics", json!({}));
        let smallest = self.ask(
            "Runtime.evaluate",
            json!({"expression": r"(() => {
                const sizes = [Infinity], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                while (texts.nextNode()) {
                    const owner = texts.currentNode.parentElement;
                    if (texts.data?.trim() !== '' && !owner.closest('[aria-hidden]')) sizes.push(parseFloat(getComputedStyle(owner).fontSize));
                }
                return Math.min(...sizes);
            })()"}),
        );
        let tree = self.ask("Accessibility.getFullAXTree", json!({}));
        let told = tree["nodes"]
            .as_array()
            .expect("a tree")
            .iter()
            .filter(|node| node["ignored"] == json!(false))
            .map(|node| {
                let value = |of: &str| node[of]["value"].as_str().unwrap_or_default().to_owned();
                (value("role"), value("name"))
            })
            .collect();
        let picture = self.ask(
            "Page.captureScreenshot",
            json!({"captureBeyondViewport": true, "clip": {
            "x": 0, "y": 0, "scale": 1, "width": metrics["cssContentSize"]["width"],
            "height": metrics["cssContentSize"]["height"].as_f64().map(|height| height.min(8000.0))}}),
        );
        std::fs::write(screenshot, base64(picture["data"].as_str().expect("a picture")))
            .expect("a place for it");
        let said = |event: &Value| match event["method"].as_str() {
            Some("Log.entryAdded") => Some(event["params"]["entry"]["text"].to_string()),
            Some("Runtime.consoleAPICalled" | "Runtime.exceptionThrown") => Some(event["params"].to_string()),
            _ => None,
        };
        Seen {
            content_width: metrics["cssContentSize"]["width"].as_f64().expect("a width"),
            smallest_text: smallest["result"]["value"].as_f64().expect("a size"),
            requests: self
                .events
                .iter()
                .filter(|event| event["method"] == "Network.requestWillBeSent")
                .filter_map(|event| event["params"]["request"]["url"].as_str())
                .filter(|address| *address != page && !address.starts_with("data:"))
                .map(str::to_owned)
                .collect(),
            complaints: self.events.iter().filter_map(said).collect(),
            told,
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let close = json!({"id": self.next + 1, "method": "Browser.close"}).to_string();
        let _ = self.to.write_all(close.as_bytes());
        let _ = self.to.write_all(&[0]);
        // It ends by itself; where it does not, it is made to.
        for _ in 0..100 {
            if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Decodes what the protocol wraps pictures in (RFC 4648).
fn base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0u32, 0);
    for c in text.bytes() {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}
