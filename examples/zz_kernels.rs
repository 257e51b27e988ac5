use ndarray::Array2;
use recflow::rec::linalg::{product, product_into};
use recflow::rec::nn::SparseRows;
use recflow::rec::nn::layer::*;
use std::time::Instant;
fn m(r: usize, c: usize) -> Array2<f32> {
    Array2::from_shape_fn((r, c), |(i, j)| ((i * 7 + j * 13) % 17) as f32 * 0.01 - 0.08)
}
fn time(name: &str, gf: f64, mut f: impl FnMut()) {
    f();
    let mut best = f64::MAX;
    for _ in 0..5 {
        let t = Instant::now();
        f();
        best = best.min(t.elapsed().as_secs_f64());
    }
    println!("{name:40} {:8.2} ms  {:7.1} GF/s", best * 1e3, gf / best);
}
fn main() {
    for threads in [1, 2] {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| {
            println!("threads {threads}");
            let (b, h, n) = (500, 600, 3483);
            let (hid, w, d) = (m(b, h), m(n, h), m(b, n));
            let wt = m(h, n);
            let gf = 2e-9 * (b * h * n) as f64;
            let sq = m(1500, 1500);
            if threads == 1 {
                time("bare square 1500", 2e-9 * 1500f64.powi(3), || {
                    std::hint::black_box(sq.dot(&sq));
                });
                time("bare NT out", gf, || {
                    std::hint::black_box(hid.dot(&w.t()));
                });
                time("bare NN out", gf, || {
                    std::hint::black_box(hid.dot(&wt));
                });
                time("bare TN grad", gf, || {
                    std::hint::black_box(d.t().dot(&hid));
                });
                time("bare dh", gf, || {
                    std::hint::black_box(d.dot(&w));
                });
            }
            let mut out = Array2::zeros((b, n));
            time("forward H Wt", gf, || product_into(1.0, &hid, &w.t(), 0.0, &mut out));
            time("forward H W", gf, || product_into(1.0, &hid, &wt, 0.0, &mut out));
            let mut g = Array2::zeros((n, h));
            time("grad Dt H", gf, || product_into(1.0, &d.t(), &hid, 0.0, &mut g));
            let mut g2 = Array2::zeros((h, n));
            time("grad Ht D", gf, || product_into(1.0, &hid.t(), &d, 0.0, &mut g2));
            time("dh D W", gf, || {
                std::hint::black_box(product(&d, &w));
            });
            time("dh D Wt", gf, || {
                std::hint::black_box(product(&d, &wt.t()));
            });
            // autorec: 512 items, 6040 users, k 500, ~218 per row
            let (rows, users, k) = (512, 6040, 500);
            let mut s = SparseRows::new(users);
            for r in 0..rows {
                s.push_row((0..218usize).map(|j| (((j * 27 + r * 131) * 7 % users) as u32, 3.0f32)));
            }
            let gf = 2e-9 * (s.n_entries() * k) as f64;
            let mut enc = SparseInput::new(m(users, k), m(1, k));
            let mut dec = EntryOutput::new(m(users, k), m(users, 1));
            let hid = m(rows, k);
            let up = vec![0.1f32; s.n_entries()];
            time("encode", gf, || {
                std::hint::black_box(enc.forward(&s));
            });
            time("encode backward", gf, || {
                enc.weight.clear_gradient();
                enc.backward(&s, &hid)
            });
            time("decode", gf, || {
                std::hint::black_box(dec.forward(&hid, &s));
            });
            time("decode backward", gf, || {
                dec.weight.clear_gradient();
                dec.bias.clear_gradient();
                dec.backward(&hid, &s, &up)
            });
            time("decode hidden", gf, || {
                std::hint::black_box(dec.hidden_gradient(&s, &up));
            });
            time("by column", gf, || {
                std::hint::black_box(s.by_column());
            });
            time("dense autorec decode", 2e-9 * (rows * users * k) as f64, || {
                std::hint::black_box(dec.dense(&hid));
            });
        });
    }
}
