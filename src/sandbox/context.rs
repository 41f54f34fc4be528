/// The time of a call and the random bytes that its caller drew.
#[derive(Clone, Copy)]
pub(super) struct CallContext<'a> {
    pub now_ms: u64,
    pub random: &'a [u8; 16],
}
