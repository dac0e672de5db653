//! Bars, in an SVG.

use std::fmt::Write;

/// Bars in groups, on a logarithmic scale.
pub struct Chart {
    pub title: String,
    pub groups: Vec<(String, Vec<Bar>)>,
}

/// One bar: its name, its length, what is written at its end.
pub struct Bar {
    pub name: String,
    pub value: f64,
    pub label: String,
}

const NAMES: f64 = 180.0;
const BARS: f64 = 420.0;
const STEP: f64 = 16.0;

impl Chart {
    pub fn svg(&self) -> String {
        let bars = || self.groups.iter().flat_map(|(_, bars)| bars);
        let values = || bars().map(|bar| bar.value).filter(|value| *value > 0.0);
        let least = values().fold(f64::INFINITY, f64::min) * 0.8;
        let decades = (values().fold(0.0, f64::max) / least).log10().max(0.1);
        let height = STEP * (bars().count() + 2 * self.groups.len() + 2) as f64;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" height=\"{height}\" \
             font-family=\"sans-serif\" font-size=\"11\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
             <text x=\"8\" y=\"18\" font-size=\"13\">{} (logarithmic)</text>\n",
            escape(&self.title)
        );
        let mut y = 2.0 * STEP;
        for (name, bars) in &self.groups {
            y += STEP;
            let _ = writeln!(
                svg,
                "<text x=\"8\" y=\"{y}\" font-weight=\"bold\">{}</text>",
                escape(name)
            );
            y += STEP;
            for bar in bars {
                let width = BARS * (bar.value.max(least) / least).log10() / decades;
                let colour = if bar.name.starts_with("ours") { "#d2691e" } else { "#8899aa" };
                let _ = writeln!(
                    svg,
                    "<text x=\"{}\" y=\"{y}\" text-anchor=\"end\">{}</text>\
                     <rect x=\"{NAMES}\" y=\"{}\" width=\"{width:.1}\" height=\"12\" fill=\"{colour}\"/>\
                     <text x=\"{:.1}\" y=\"{y}\">{}</text>",
                    NAMES - 6.0,
                    escape(&bar.name),
                    y - 10.0,
                    NAMES + width + 5.0,
                    escape(&bar.label)
                );
                y += STEP;
            }
        }
        svg + "</svg>\n"
    }
}

impl Bar {
    pub fn new(name: &str, value: f64, label: String) -> Self {
        Bar { name: name.to_owned(), value, label }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
