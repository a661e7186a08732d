//! Utterances whose frames come one by one from an interrupt, as from a microphone.

use crate::clock::Clock;
use crate::digest::Hex;
use crate::recording::{Recording, SPEAKERS};
use crate::utterances::{WIDTH, largest};
use crate::{host, line};
use core::slice::Iter;
use heapless::spsc::{Consumer, Producer, Queue};
use layernorm::Error;
use sha2::{Digest, Sha256};

/// Between frames; a Cortex-M0 has done with one long before.
const PERIOD: u32 = 400_000;
/// Room for one less.
const FRAMES: usize = 4;

struct Item<T> {
    frame: [T; WIDTH],
    /// Whose utterance ends with it.
    speaker: Option<u8>,
}

/// The end at which the interrupt is.
struct Source<'a, T: 'static> {
    to: Producer<'a, Item<T>>,
    utterances: Iter<'static, (u8, u8)>,
    frames: Iter<'static, [T; WIDTH]>,
    speaker: u8,
    left: u8,
}

impl<T: Copy> Source<'_, T> {
    fn interrupt(&mut self) {
        if self.left == 0 {
            let Some(utterance) = self.utterances.next() else { return };
            (self.speaker, self.left) = *utterance;
        }
        self.left -= 1;
        let frame = *self.frames.next().expect("there are as many frames as the utterances have");
        let item = Item { frame, speaker: (self.left == 0).then_some(self.speaker) };
        assert!(self.to.enqueue(item).is_ok(), "the queue is full");
    }
}

/// The end at which the network is.
pub struct Listener<'a, T> {
    from: Consumer<'a, Item<T>>,
    clock: Clock,
    speaker: u8,
    frames: u32,
    sum: u64,
    most: u32,
}

impl<T> Listener<'_, T> {
    /// Pushes every frame of an utterance, and counts the instructions of that.
    ///
    /// # Errors
    /// Those of `push`.
    pub fn each(&mut self, mut push: impl FnMut(&[T; WIDTH]) -> Result<(), Error>) -> Result<(), Error> {
        loop {
            let Item { frame, speaker } = self.next();
            let mut result = Ok(());
            let instructions = self.clock.instructions(|| result = push(&frame));
            result?;
            self.frames += 1;
            self.sum += u64::from(instructions);
            self.most = self.most.max(instructions);
            if let Some(speaker) = speaker {
                self.speaker = speaker;
                return Ok(());
            }
        }
    }

    fn next(&mut self) -> Item<T> {
        loop {
            // Nothing comes between looking and sleeping: an interrupt that waits ends the sleep too.
            critical_section::with(|_| {
                if !self.from.ready() {
                    host::sleep();
                }
            });
            if let Some(item) = self.from.dequeue() {
                return item;
            }
        }
    }
}

/// Lets `hear` hear every utterance of the recording, and prints what came of it; the logits' digest is that of a group.
pub fn run<T: Copy + Send + Sync, L: Copy + PartialOrd>(
    name: &str,
    recording: &Recording<T>,
    bytes: fn(L) -> [u8; 4],
    mut hear: impl FnMut(&mut Listener<T>) -> Result<[L; SPEAKERS], Error>,
) -> ! {
    let mut queue = Queue::<Item<T>, FRAMES>::new();
    let (to, from) = queue.split();
    let (utterances, frames) = (recording.utterances.iter(), recording.frames.iter());
    let mut source = Source { to, utterances, frames, speaker: 0, left: 0 };
    let mut interrupt = || source.interrupt();
    let mut clock = Clock::start();
    clock.interrupt_every(PERIOD, for_ever(&mut interrupt));
    let mut listener = Listener { from, clock, speaker: 0, frames: 0, sum: 0, most: 0 };
    let (mut right, mut all) = (0, Sha256::new());
    for _ in recording.utterances {
        let logits = hear(&mut listener).expect("the lengths are right");
        right += u32::from(largest(&logits) == usize::from(listener.speaker));
        logits.into_iter().for_each(|logit| all.update(bytes(logit)));
    }
    let Listener { frames, sum, most, .. } = listener;
    line!("speaker, {name}, named right, {right} of {}", recording.utterances.len());
    line!("speaker, {name}, instructions of a frame, {}", sum / u64::from(frames));
    line!("speaker, {name}, at most, {most}");
    line!("digest, speaker_test_{name}, {}", Hex(all.finalize().into()));
    host::exit(true)
}

type Interrupt<'a> = &'a mut (dyn FnMut() + Send);

/// For what a function that never returns has on its stack.
#[allow(unsafe_code)]
fn for_ever(interrupt: Interrupt) -> Interrupt<'static> {
    // SAFETY: only `run` calls it, which never returns, does not use what it lent and cannot unwind.
    unsafe { core::mem::transmute::<Interrupt<'_>, Interrupt<'static>>(interrupt) }
}
