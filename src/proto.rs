//! (Stand-in.)

#[derive(Debug)]
pub struct Stub {
    pub package: String,
    pub text: String,
}
