//! Straight through AWS's SDK with its own HTTP client, as an application would: one client, one multi-threaded
//! runtime, as many requests under way as the other side has threads.

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use hardkey_tests::sdk;
use tokio::runtime::Runtime;

/// A warm client.
pub struct Straight {
    runtime: Runtime,
    client: Client,
    arn: String,
    tasks: usize,
}

impl Straight {
    /// For one key, with this many requests under way at once.
    pub fn new(endpoint: &str, arn: &str, tasks: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Self { runtime, client: sdk::client(endpoint, None), arn: arn.to_owned(), tasks }
    }

    /// Signs `each` times in each task.
    pub fn sign(&self, label: &str, each: usize) {
        let algorithm = if label == "p256" {
            SigningAlgorithmSpec::EcdsaSha256
        } else {
            SigningAlgorithmSpec::RsassaPkcs1V15Sha256
        };
        self.runtime.block_on(async {
            let tasks: Vec<_> = (0..self.tasks)
                .map(|_| {
                    let (client, arn, algorithm) = (self.client.clone(), self.arn.clone(), algorithm.clone());
                    tokio::spawn(async move {
                        for _ in 0..each {
                            let request = client
                                .sign()
                                .key_id(&arn)
                                .message(Blob::new(vec![7; 32]))
                                .message_type(MessageType::Digest)
                                .signing_algorithm(algorithm.clone());
                            request.send().await.unwrap();
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    }
}
