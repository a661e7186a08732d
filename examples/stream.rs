//! A stream of frames: who is speaking? As in firmware, frames come from an interrupt (here a thread) through
//! a queue, the most recent are kept in a window, and the fixed-point model of `model/` listens to the window.
//!
//! `cargo run --release --features heapless --example stream`

#[path = "../model/data/utterances.rs"]
mod utterances;

use heapless::HistoryBuf;
use heapless::spsc::{Consumer, Producer, Queue};
use layernorm::sequence::Gru;
use layernorm::sequence::fixed::Classifier;
use layernorm::{Error, FormatError};
use std::thread;
use utterances::{Split, Utterance, WIDTH};

/// In flash, on a device.
static SPEAKER: &[u8] = include_bytes!("../model/speaker.i8.bin");
const UNITS: usize = 32;
const SPEAKERS: usize = 9;
/// The shortest utterances have so many.
const WINDOW: usize = 7;

type Model<'a> = Classifier<'a, Gru, i8>;
type Frame = [i16; WIDTH];

/// Every so often a frame; one that finds the queue full would be lost, so here it waits.
fn interrupt(utterances: &[Utterance], fraction: u32, mut queue: Producer<Frame>) {
    for frame in utterances.iter().flat_map(Utterance::frames) {
        let mut frame = utterances::codes(frame, fraction);
        while let Err(back) = queue.enqueue(frame) {
            frame = back;
            thread::yield_now();
        }
    }
}

/// Takes frames out of the queue, one for each of `speakers`, who said it. How often the model names them by a whole window
/// of frames that they said.
fn listen(model: &Model, speakers: &[usize], mut queue: Consumer<Frame>) -> Result<[usize; 2], Error> {
    let (mut words, mut codes) = ([0; Model::words_len(UNITS)], [0; Model::codes_len(UNITS)]);
    let mut window = HistoryBuf::<Frame, WINDOW>::new();
    let [mut right, mut all] = [0; 2];
    for (i, speaker) in speakers.iter().enumerate() {
        let frame = loop {
            match queue.dequeue() {
                Some(frame) => break frame,
                None => thread::yield_now(), // A device would sleep: `wfi`.
            }
        };
        window.write(frame);
        let since = &speakers[(i + 1).saturating_sub(WINDOW)..=i];
        if since.len() < WINDOW || since.iter().any(|other| other != speaker) {
            continue;
        }
        let mut session = model.start(&mut words, &mut codes)?;
        window.oldest_ordered().try_for_each(|frame| session.push(frame))?;
        let mut logits = [0; SPEAKERS];
        session.logits(&mut logits)?;
        right += usize::from(utterances::largest(&logits) == *speaker);
        all += 1;
    }
    Ok([right, all])
}

fn main() -> Result<(), FormatError> {
    let model = Model::from_bytes(SPEAKER)?;
    let these: Vec<Utterance> = utterances::all().filter(|u| u.split == Split::Test).collect();
    let speakers: Vec<usize> = these.iter().flat_map(|u| u.frames().map(|_| u.speaker)).collect();
    let mut queue = Queue::<Frame, 8>::new();
    let (producer, consumer) = queue.split();
    let fraction = model.cell().fraction();
    let [right, all] = thread::scope(|scope| {
        scope.spawn(|| interrupt(&these, fraction, producer));
        listen(&model, &speakers, consumer)
    })?;
    println!(
        "by the last {WINDOW} frames: {right} of {all} right, {:.1} %",
        100.0 * right as f64 / all as f64
    );
    Ok(())
}
