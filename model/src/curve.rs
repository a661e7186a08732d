//! The learning curve, as numbers and as a picture.

use crate::Result;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;

pub struct Point {
    /// Counted from 1.
    pub epoch: usize,
    /// Mean loss over the minibatches of the epoch, whose frames have noise.
    pub loss: f32,
    /// On the samples for training, after the epoch, without noise.
    pub accuracy: f32,
}

pub fn csv(points: &[Point]) -> String {
    let lines = points.iter().map(|Point { epoch, loss, accuracy }| format!("{epoch},{loss},{accuracy}\n"));
    format!("epoch,loss,accuracy\n{}", lines.collect::<String>())
}

pub fn svg(points: &[Point]) -> Result<String> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (640, 480)).into_drawing_area();
        root.fill(&WHITE)?;
        let (above, below) = root.split_vertically(240);
        let largest = points.iter().map(|point| point.loss).fold(0.0, f32::max);
        let least = |number: fn(&Point) -> f32| points.iter().map(number).fold(f32::MAX, f32::min);
        panel(&above, "loss", points, (least(|p| p.loss)..largest).log_scale(), |p| p.loss)?;
        panel(&below, "share of the training named right", points, least(|p| p.accuracy)..1.0, |p| {
            p.accuracy
        })?;
        root.present()?;
    }
    Ok(svg)
}

/// Draws one number over the epochs.
fn panel<'a, Y>(
    area: &DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
    caption: &str,
    points: &[Point],
    range: impl AsRangedCoord<CoordDescType = Y, Value = f32>,
    number: impl Fn(&Point) -> f32,
) -> Result<()>
where
    Y: Ranged<ValueType = f32> + ValueFormatter<f32>,
{
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 16))
        .margin(8)
        .set_label_area_size(LabelAreaPosition::Left, 48)
        .set_label_area_size(LabelAreaPosition::Bottom, 32)
        .build_cartesian_2d(0..points.len(), range)?;
    chart.configure_mesh().x_desc("epoch").light_line_style(TRANSPARENT).draw()?;
    let line = points.iter().map(|point| (point.epoch, number(point)));
    chart.draw_series(LineSeries::new(line, &BLUE))?;
    Ok(())
}
