//! The functions of `plain.c`.

unsafe extern "C" {
    pub fn plain_layer(
        x: *const f32,
        gamma: *const f32,
        beta: *const f32,
        y: *mut f32,
        rows: usize,
        width: usize,
        epsilon: f32,
    );
    pub fn plain_residual(
        x: *const f32,
        residual: *mut f32,
        gamma: *const f32,
        beta: *const f32,
        y: *mut f32,
        rows: usize,
        width: usize,
        epsilon: f32,
    );
    pub fn plain_rms(x: *const f32, gamma: *const f32, y: *mut f32, rows: usize, width: usize, epsilon: f32);
    pub fn plain_backward(
        x: *const f32,
        dy: *const f32,
        gamma: *const f32,
        mean: *const f32,
        rstd: *const f32,
        dx: *mut f32,
        dgamma: *mut f32,
        dbeta: *mut f32,
        rows: usize,
        width: usize,
    );
    pub fn plain_codes16(
        x: *const i16,
        gamma: *const f32,
        beta: *const f32,
        y: *mut i16,
        row: *mut f32,
        rows: usize,
        width: usize,
        steps: f32,
        epsilon: f32,
    );
    pub fn plain_codes8(
        x: *const i8,
        gamma: *const f32,
        beta: *const f32,
        y: *mut i8,
        row: *mut f32,
        rows: usize,
        width: usize,
        steps: f32,
        epsilon: f32,
    );
}
