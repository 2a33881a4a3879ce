//! Takes up certificates that have been renewed: cert-manager, ACME clients and Kubernetes replace the files.

use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use super::files::{Contents, Files};

/// The files are small, and whoever renews a certificate wants to see it used.
const INTERVAL: Duration = Duration::from_secs(2);

/// Settings made of files, and made again when these change. Cheap to clone.
#[derive(Debug)]
pub(super) struct Renewed<T>(Arc<RwLock<Arc<T>>>);

impl<T> Clone for Renewed<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Send + Sync + 'static> Renewed<T> {
    /// Fails for files that cannot be used now; later ones that cannot are a warning, and what there was stays.
    pub(super) fn new(
        files: Files,
        build: impl Fn(&Files, &Contents) -> anyhow::Result<T> + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let contents = files.read()?;
        let first = build(&files, &contents)?;
        let current = Arc::new(RwLock::new(Arc::new(first)));
        tokio::spawn(watch(Arc::downgrade(&current), files, contents, build));
        Ok(Self(current))
    }

    pub(super) fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Until nobody uses the settings any more. Contents are compared, not times: mounted secrets are links to links.
async fn watch<T: Send + Sync>(
    current: Weak<RwLock<Arc<T>>>,
    files: Files,
    mut known: Contents,
    build: impl Fn(&Files, &Contents) -> anyhow::Result<T>,
) {
    let files = Arc::new(files);
    loop {
        tokio::time::sleep(INTERVAL).await;
        let reading = Arc::clone(&files);
        let read = tokio::task::spawn_blocking(move || reading.read()).await;
        let Some(current) = current.upgrade() else {
            return;
        };
        let Ok(read) = read else { continue };
        let made = match read {
            Ok(contents) if contents == known => continue,
            Ok(contents) => {
                let made = build(&files, &contents);
                // Said once: it is looked at again when the files change again.
                known = contents;
                made
            }
            Err(error) => Err(error),
        };
        match made {
            Ok(made) => {
                *current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(made);
                tracing::info!("certificates have been renewed");
            }
            Err(error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "certificates stay as they were"
                );
            }
        }
    }
}
