//! Sample sheets: rows of input, output and target in one picture.

use image::{Rgb, RgbImage};

use super::Tile;

/// Pixels between tiles.
const GAP: u32 = 4;

/// What lies behind the tiles.
const GROUND: Rgb<u8> = Rgb([24, 24, 28]);

/// What the networks make of a fixed choice of samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What the columns show.
    pub captions: Vec<String>,
    /// All tiles in one picture.
    pub picture: RgbImage,
}

impl Sheet {
    /// Lays rows of tiles below each other; every tile is shown at its own size.
    pub fn new(rows: &[Vec<Tile>]) -> Self {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let extent = |of: fn(&Tile) -> usize, tiles: &mut dyn Iterator<Item = &Tile>| tiles.map(of).max().unwrap_or(0) as u32;
        let widths: Vec<u32> =
            (0..columns).map(|column| extent(|tile| tile.width, &mut rows.iter().filter_map(|row| row.get(column)))).collect();
        let heights: Vec<u32> = rows.iter().map(|row| extent(|tile| tile.height, &mut row.iter())).collect();
        let total = |sides: &[u32]| sides.iter().map(|side| side + GAP).sum::<u32>() + GAP;
        let mut picture = RgbImage::from_pixel(total(&widths), total(&heights), GROUND);
        let mut y = GAP;
        for (row, height) in rows.iter().zip(&heights) {
            let mut x = GAP;
            for (tile, width) in row.iter().zip(&widths) {
                if let Some(tile) = RgbImage::from_raw(tile.width as u32, tile.height as u32, tile.rgb.clone()) {
                    image::imageops::replace(&mut picture, &tile, i64::from(x), i64::from(y));
                }
                x += width + GAP;
            }
            y += height + GAP;
        }
        let longest = rows.iter().max_by_key(|row| row.len());
        let captions = longest.map(|row| row.iter().map(|tile| tile.caption.clone()).collect()).unwrap_or_default();
        Self { captions, picture }
    }

    /// The sheet as the bytes of a PNG file.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>, image::ImageError> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        self.picture.write_to(&mut bytes, image::ImageFormat::Png)?;
        Ok(bytes.into_inner())
    }
}

/// Mean PSNR in dB between the tiles called `output` and `target`, over the rows that have both.
pub fn psnr_of(rows: &[Vec<Tile>]) -> Option<f64> {
    let named = |row: &[Tile], name: &str| {
        let tile = row.iter().find(|tile| tile.caption == name)?;
        RgbImage::from_raw(tile.width as u32, tile.height as u32, tile.rgb.clone())
    };
    let figures: Vec<f64> = rows
        .iter()
        .filter_map(|row| {
            let (output, target) = (named(row, "output")?, named(row, "target")?);
            let equal_size = output.dimensions() == target.dimensions();
            equal_size.then(|| crate::evaluate::similarity::psnr(&output, &target)).filter(|psnr| psnr.is_finite())
        })
        .collect();
    (!figures.is_empty()).then(|| figures.iter().sum::<f64>() / figures.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(caption: &str, width: usize, height: usize, level: u8) -> Tile {
        Tile { caption: caption.to_owned(), width, height, rgb: vec![level; width * height * 3] }
    }

    #[test]
    fn tiles_stand_in_columns() {
        let rows = [
            vec![tile("input", 4, 6, 10), tile("output", 8, 6, 20)],
            vec![tile("input", 6, 2, 30), tile("output", 2, 2, 40), tile("target", 3, 2, 50)],
        ];
        let sheet = Sheet::new(&rows);
        assert_eq!(sheet.captions, ["input", "output", "target"]);
        assert_eq!(sheet.picture.dimensions(), (6 + 8 + 3 + 4 * GAP, 6 + 2 + 3 * GAP));
        assert_eq!(sheet.picture.get_pixel(GAP + 6 + GAP, GAP + 6 + GAP).0, [40; 3]);
        assert_eq!(image::load_from_memory(&sheet.png().unwrap()).unwrap().to_rgb8(), sheet.picture);
    }

    #[test]
    fn only_rows_with_a_target_are_measured() {
        let rows = [vec![tile("output", 4, 4, 100), tile("target", 4, 4, 110)], vec![tile("output", 4, 4, 0)]];
        assert!((psnr_of(&rows).unwrap() - 28.130_803_608_679_31).abs() < 1e-9);
        assert_eq!(psnr_of(&rows[1..]), None);
    }
}
