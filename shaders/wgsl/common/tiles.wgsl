// Which tile of the picture a workgroup works on: counted through, or taken from the list of an edit.

struct Tiles {
    // Tiles in a row and in all.
    columns: u32,
    count: u32,
    // Workgroups in a row of the dispatch, which is folded because a side has at most 65,535.
    fold: u32,
    // Whether the tiles are those of the list.
    masked: u32,
}

// The tile's number, or `count` when the workgroup has none.
fn tile_of(group: vec3u, tiles: Tiles) -> u32 {
    let index = group.x + group.y * tiles.fold;
    if index >= tiles.count {
        return NO_TILE;
    }
    if tiles.masked != 0u {
        return chosen_tiles[index];
    }
    return index;
}

const NO_TILE: u32 = 0xffffffffu;
